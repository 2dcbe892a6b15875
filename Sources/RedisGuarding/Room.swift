import CHiredis
import PrompterCore
