// attack: ends itself by the signal with which supervisors end programs
// outcome: signaled
#include <signal.h>

int main(void) {
    raise(SIGTERM);
    return 0;
}
