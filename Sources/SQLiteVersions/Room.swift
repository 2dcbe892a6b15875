import PrompterCore
import GRDB
import GRDBSQLite
