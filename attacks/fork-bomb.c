// attack: forks without end
// limits: cpu=1s processes=32
// outcome: process-limit cpu-timeout
#include <unistd.h>

int main(void) {
    for (;;) fork();
}
