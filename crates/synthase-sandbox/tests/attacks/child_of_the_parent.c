// limits: wall=5s
// levels: full namespaces landlock
// expect: exited 7
// A child that is its parent's: nobody would ask for it, and its box could not end.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
    long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    return child > 0 ? 3 : 7;
}
