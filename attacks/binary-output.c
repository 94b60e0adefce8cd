// attack: writes every byte there is, and a text that ends in the middle of a character
// outcome: exited
#include <stdio.h>

int main(void) {
    for (int n = 0; n < 256; n++) putchar(n);
    fputs("\x1b[2J\x1b]0;title\x07\xf0\x9f", stdout);
    return 0;
}
