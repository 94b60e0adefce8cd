// expect: exited 0
// levels: full namespaces landlock
#include <stdio.h>
#include <sys/personality.h>
#include <sys/ioctl.h>
#include <unistd.h>
int main(void) {
    if (personality(0xffffffff) < 0) puts("asking must be possible");
    if (personality(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE) >= 0) puts("ESCAPED: personality");
    char c = 'x';
    if (ioctl(0, TIOCSTI, &c) == 0) puts("ESCAPED: typed");
    return 0;
}
