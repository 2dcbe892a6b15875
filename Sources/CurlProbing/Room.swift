import CCurl
import PrompterCore
