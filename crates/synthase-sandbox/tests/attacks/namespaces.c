// expect: exited 0
// levels: full namespaces landlock
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/sched.h>
#define REFUSED(what, call) do { errno = 0; if ((call) >= 0) printf("ESCAPED: %s\n", what); \
    else if (errno != EPERM && errno != ENOSYS && errno != EACCES) printf("odd: %s says %s\n", what, strerror(errno)); } while (0)
int main(void) {
    int flags[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
    for (int i = 0; i < 7; i++) {
        REFUSED("unshare", unshare(flags[i]));
        long pid = syscall(SYS_clone, flags[i] | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0) _exit(0);
        REFUSED("clone", pid);
    }
    struct clone_args args;
    memset(&args, 0, sizeof args);
    args.flags = CLONE_NEWUSER;
    args.exit_signal = SIGCHLD;
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) _exit(0);
    REFUSED("clone3", pid);
    REFUSED("mount", mount("none", "/tmp", "tmpfs", 0, ""));
    REFUSED("umount", umount2("/tmp", MNT_DETACH));
    REFUSED("pivot_root", syscall(SYS_pivot_root, "/tmp", "/tmp"));
    REFUSED("chroot", chroot("/tmp"));
    REFUSED("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
    REFUSED("open_tree", syscall(SYS_open_tree, -100, "/", 1));
    REFUSED("sethostname", sethostname("x", 1));
    return 0;
}
