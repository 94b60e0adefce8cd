package synthase;

/**
 * Puts a text of Scala into an object where it is no file by itself: definitions of methods or values may not stand
 * outside of one. What is added stands on the first and on the last line, so that the lines keep their numbers.
 */
final class Wrap {
    private final String text;
    private int at;

    private Wrap(String text) {
        this.text = text;
    }

    static String wrapped(String text) {
        return new Wrap(text).needsObject() ? "object Main { " + text + "\n}\n" : text;
    }

    /** Whether `def`, `val` or `var` stands outside of all brackets, and no package is named. */
    private boolean needsObject() {
        int depth = 0;
        boolean needs = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (skipped()) {
                continue;
            }
            if (c == '{' || c == '(' || c == '[') {
                depth++;
            } else if (c == '}' || c == ')' || c == ']') {
                depth--;
            } else if (Character.isJavaIdentifierStart(c)) {
                String word = word();
                needs |= depth == 0 && (word.equals("def") || word.equals("val") || word.equals("var"));
                if (depth == 0 && word.equals("package")) {
                    return false;
                }
                continue;
            }
            at++;
        }
        return needs;
    }

    private String word() {
        int start = at;
        while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    /** Goes past a comment, a text, a character or a name in backquotes. */
    private boolean skipped() {
        if (text.startsWith("//", at)) {
            skipPast("\n");
        } else if (text.startsWith("/*", at)) {
            skipComment();
        } else if (text.startsWith("\"\"\"", at)) {
            at += 3;
            skipPast("\"\"\"");
            // The text may end with quotes of its own.
            while (at < text.length() && text.charAt(at) == '"') {
                at++;
            }
        } else if (text.charAt(at) == '"') {
            skipText();
        } else if (text.charAt(at) == '`') {
            at++;
            skipPast("`");
        } else if (text.charAt(at) == '\'') {
            skipCharacter();
        } else {
            return false;
        }
        return true;
    }

    private void skipPast(String end) {
        int found = text.indexOf(end, at);
        at = found < 0 ? text.length() : found + end.length();
    }

    private void skipComment() {
        int depth = 0;
        do {
            if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < text.length());
    }

    private void skipText() {
        for (at++; at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n'; at++) {
            if (text.charAt(at) == '\\') {
                at++;
            }
        }
        at++;
    }

    /** A character as in `'{'`; what is none is a symbol as in `'name`, and only its quote is passed. */
    private void skipCharacter() {
        if (text.startsWith("\\", at + 1)) {
            at += 3;
            skipPast("'");
        } else if (text.startsWith("'", at + 2)) {
            at += 3;
        } else {
            at++;
        }
    }
}
