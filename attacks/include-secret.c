// attack: has the compiler read a file of the host and quote it in its complaints
// outcome: compile-error
// stdout-lacks: root:
#include "/etc/shadow"

int main(void) {
    return 0;
}
