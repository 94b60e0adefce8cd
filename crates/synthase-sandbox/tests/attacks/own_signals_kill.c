// expect: signaled 9
#include <signal.h>
int main(void) { raise(SIGKILL); return 1; }
