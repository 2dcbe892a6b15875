import PrompterCore
import CSystemd
import Logging
