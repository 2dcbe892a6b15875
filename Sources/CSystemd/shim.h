#include <systemd/sd-daemon.h>
// The variadic and macro forms of the journal are not imported; sd_journal_sendv is.
#define SD_JOURNAL_SUPPRESS_LOCATION 1
#include <systemd/sd-journal.h>
// Of <sys/timex.h>, which Swift's module of the C library leaves out.
struct timex;
int adjtimex(struct timex *state);
