<?php
// The PHP end of the conversation between the broker and a program. Frames travel on descriptor 3: four
// bytes of length (little-endian), then JSON. Expected values are never sent here.
//
// A PHP array does not say whether it is a list or a map, and a string not whether it is text or bytes, so the
// types of the signature decide: an array whose keys are integers is a list, in its order, where the type says so
// (`array_filter` leaves gaps), and an integer for a key is a text. By "any" an array is a list if its keys are 0, 1,
// 2, …, and a string is text if it is valid UTF-8. Numbers become what the type says as they do at a declared
// type: an integer a float, and a whole float an integer. Records come as arrays.

final class SynthaseNoValue extends Exception
{
}

final class SynthaseDriver
{
    private const MAX_DEPTH = 40;
    private const MAX_EXACT = 1 << 53;
    private const MAX_FRAME = 8 << 20;

    private static $channel;
    private static string $nonce = '';
    private static array $message;
    /** The question that has no answer yet, and what a fatal error means for it. */
    private static ?int $seq = null;
    private static string $stage = '';
    private static int $asked = 0;

    // ---- values to JSON text -----------------------------------------------------------------

    private static function encode(mixed $value, mixed $type, int $depth = self::MAX_DEPTH): string
    {
        if ($depth === 0) {
            throw new SynthaseNoValue('nested deeper than ' . self::MAX_DEPTH . ' levels');
        }
        if (is_array($type) && isset($type['optional'])) {
            $type = $type['optional'];
        }
        switch (true) {
            case $value === null:
                return 'null';
            case is_bool($value):
                return $value ? 'true' : 'false';
            case is_int($value) && $type === 'float':
            case is_float($value) && !($type === 'int' && (float) (int) $value === $value && abs($value) < 2 ** 63):
                $value = (float) $value;
                if (is_finite($value)) {
                    return json_encode($value, JSON_PRESERVE_ZERO_FRACTION);
                }
                return '{"$float":"' . (is_nan($value) ? 'nan' : ($value > 0 ? 'inf' : '-inf')) . '"}';
            case is_int($value) || is_float($value):
                $value = (int) $value;
                return abs($value) <= self::MAX_EXACT ? (string) $value : "{\"\$int\":\"$value\"}";
            case is_string($value):
                return self::encodeString($value, $type);
            case is_array($value):
                return self::encodeArray($value, is_array($type) ? $type : [], $depth - 1);
            case $value instanceof DateTimeInterface:
                return self::encodeDate($value, is_array($type) ? $type['tag'] ?? null : null);
            case $value instanceof UnitEnum || $value instanceof Closure || $value instanceof Traversable:
            case !is_object($value):
                throw new SynthaseNoValue('a value of type ' . get_debug_type($value));
            default:
                return self::encodeObject($value, is_array($type) ? $type : [], $depth - 1);
        }
    }

    private static function encodeString(string $value, mixed $type): string
    {
        if ($type !== 'bytes') {
            $text = json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
            if ($text !== false) {
                return $text;
            }
            if ($type !== 'any') {
                throw new SynthaseNoValue('a text that is no valid UTF-8');
            }
        }
        return '{"$bytes":"' . bin2hex($value) . '"}';
    }

    private static function encodeArray(array $value, array $of, int $depth): string
    {
        if (isset($of['record'])) {
            return self::encodeFields('null', $of['record'], $value, $depth);
        }
        $sequence = isset($of['list']) || isset($of['tuple']) || isset($of['set']);
        $isList = $sequence ? array_filter(array_keys($value), is_string(...)) === [] : array_is_list($value);
        if (!isset($of['map']) && $isList) {
            $parts = [];
            foreach (array_values($value) as $i => $item) {
                $parts[] = self::encode($item, $of['list'] ?? $of['set'] ?? $of['tuple'][$i] ?? 'any', $depth);
            }
            $text = '[' . implode(',', $parts) . ']';
            return isset($of['tuple']) ? "{\"\$tuple\":$text}" : (isset($of['set']) ? "{\"\$set\":$text}" : $text);
        }
        [$keyType, $itemType] = $of['map'] ?? ['any', 'any'];
        $plain = true;
        $keys = $items = [];
        foreach ($value as $key => $item) {
            $key = $keyType === 'str' ? (string) $key : $key;
            $plain = $plain && is_string($key) && !str_starts_with($key, '$');
            $keys[] = self::encode($key, $keyType, $depth);
            $items[] = self::encode($item, $itemType, $depth);
        }
        $parts = array_map(fn ($key, $item) => $plain ? "$key:$item" : "[$key,$item]", $keys, $items);
        $text = implode(',', $parts);
        return $plain ? "{{$text}}" : "{\"\$map\":[$text]}";
    }

    private static function encodeFields(string $name, array $fields, array $values, int $depth): string
    {
        $parts = [];
        foreach ($fields as [$field, $type]) {
            if (!array_key_exists($field, $values)) {
                throw new SynthaseNoValue("a record without $field");
            }
            $parts[] = '[' . json_encode($field) . ',' . self::encode($values[$field], $type, $depth) . ']';
        }
        return "{\"\$record\":[$name,[" . implode(',', $parts) . ']]}';
    }

    private static function encodeObject(object $value, array $of, int $depth): string
    {
        $values = get_object_vars($value);
        if ($value instanceof stdClass && isset($of['map'])) {
            return self::encodeArray($values, $of, $depth);
        }
        $class = (new ReflectionClass($value));
        if (!$value instanceof stdClass && !$class->isUserDefined()) {
            throw new SynthaseNoValue('an object of class ' . $class->getName());
        }
        $fields = $of['record'] ?? array_map(fn ($name) => [(string) $name, 'any'], array_keys($values));
        $name = $value instanceof stdClass || $class->isAnonymous() ? 'null' : json_encode($class->getShortName());
        return self::encodeFields($name, $fields, $values, $depth);
    }

    private static function encodeDate(DateTimeInterface $value, ?string $tag): string
    {
        $value = DateTimeImmutable::createFromInterface($value)->setTimezone(new DateTimeZone('UTC'));
        if ($tag === 'date' || ($tag !== 'datetime' && $value->format('His.u') === '000000.000000')) {
            return '{"$tag":["date","' . $value->format('Y-m-d') . '"]}';
        }
        $text = rtrim(rtrim($value->format('Y-m-d\TH:i:s.u'), '0'), '.');
        return "{\"\$tag\":[\"datetime\",\"$text\"]}";
    }

    /** What a result that can be walked once gives, as the list that a test would make of it. */
    private static function settle(mixed $value): mixed
    {
        return $value instanceof Iterator ? iterator_to_array($value, false) : $value;
    }

    // ---- JSON to values ----------------------------------------------------------------------

    private static function revive(mixed $json): mixed
    {
        if (!is_array($json)) {
            return $json;
        }
        $name = count($json) === 1 ? (string) array_key_first($json) : '';
        if (!str_starts_with($name, '$')) {
            return array_map(self::revive(...), $json);
        }
        $content = $json[$name];
        switch ($name) {
            case '$int':
                if ((string) (int) $content !== $content) {
                    throw new SynthaseNoValue("the integer $content needs more than 64 bits");
                }
                return (int) $content;
            case '$float':
                return $content === 'nan' ? NAN : ($content === 'inf' ? INF : -INF);
            case '$bytes':
                return hex2bin($content);
            case '$tuple':
            case '$set':
                return array_map(self::revive(...), $content);
            case '$some':
                return self::revive($content);
            case '$map':
                $map = [];
                foreach ($content as [$key, $item]) {
                    $key = self::revive($key);
                    if (!is_int($key) && !is_string($key)) {
                        throw new SynthaseNoValue('a key of type ' . get_debug_type($key));
                    }
                    $map[$key] = self::revive($item);
                }
                return $map;
            case '$record':
                return array_map(self::revive(...), array_column($content[1], 1, 0));
            case '$tag':
                if ($content[0] === 'date' || $content[0] === 'datetime') {
                    return new DateTimeImmutable($content[1], new DateTimeZone('UTC'));
                }
                throw new SynthaseNoValue("PHP has no value for {$content[0]} literals");
            default:
                throw new SynthaseNoValue("the form $name");
        }
    }

    // ---- frames ------------------------------------------------------------------------------

    private static function readExactly(int $count): string
    {
        $data = '';
        while (strlen($data) < $count) {
            $part = fread(self::$channel, $count - strlen($data));
            if ($part === false || $part === '') {
                exit(0);
            }
            $data .= $part;
        }
        return $data;
    }

    private static function receive(): array
    {
        $count = unpack('V', self::readExactly(4))[1];
        return json_decode(self::readExactly($count), true, 512, JSON_THROW_ON_ERROR);
    }

    private static function send(int $seq, string $content): void
    {
        self::$seq = null;
        $body = '{"nonce":"' . self::$nonce . "\",\"seq\":$seq,$content}";
        $frame = pack('V', strlen($body)) . $body;
        for ($at = 0; $at < strlen($frame);) {
            $sent = fwrite(self::$channel, substr($frame, $at, 1 << 20));
            if ($sent === false) {
                exit(0);
            }
            $at += $sent;
        }
    }

    // ---- running -----------------------------------------------------------------------------

    private static function lossy(string $text): string
    {
        $clean = json_decode(json_encode($text, JSON_INVALID_UTF8_SUBSTITUTE));
        preg_match('/^.{0,10000}/us', $clean, $found);
        return json_encode($found[0], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
    }

    private static function describe(Throwable $error): string
    {
        $bases = array_map(self::lossy(...), array_values(class_parents($error)));
        $kind = self::lossy($error::class);
        $message = self::lossy($error->getMessage());
        return "[$kind,$message,[" . implode(',', $bases) . ']]';
    }

    private static function flush(): void
    {
        while (ob_get_level() > 0 && @ob_end_flush());
        flush();
    }

    /** The text without the mark by which a file begins; the lines keep their numbers. */
    private static function code(string $text): string
    {
        return preg_replace_callback(
            '/^(?:#![^\n]*\n)?\s*<\?php\b/i',
            fn ($found) => str_repeat("\n", substr_count($found[0], "\n")),
            $text
        );
    }

    /** What stands before the program, for `eval` at the outermost level. */
    public static function prelude(): string
    {
        self::$stage = 'prelude';
        return self::code(self::$message['prelude'] ?? '');
    }

    public static function source(): string
    {
        self::$stage = 'source';
        return self::code(self::$message['source']);
    }

    /** The function of a name that a program defines at its outermost level, or a method of `class Solution`. */
    private static function findEntry(string $name): ?callable
    {
        foreach (get_defined_functions()['user'] as $function) {
            if (strcasecmp($function, $name) === 0 || str_ends_with($function, '\\' . strtolower($name))) {
                return $function;
            }
        }
        if (($GLOBALS[$name] ?? null) instanceof Closure) {
            return $GLOBALS[$name];
        }
        if (!class_exists('Solution', false) || !method_exists('Solution', $name)) {
            return null;
        }
        return (new ReflectionMethod('Solution', $name))->isStatic() ? ['Solution', $name] : [new Solution(), $name];
    }

    private static function call(callable $entry, array $given, array $question, array $types): string
    {
        try {
            $args = array_map(self::revive(...), $given);
        } catch (Throwable $error) {
            return '"unfit":' . self::lossy($error->getMessage());
        }
        try {
            try {
                $result = $entry(...$args);
                if (!empty($question['loose'])) {
                    $result = self::settle($result);
                }
            } finally {
                self::flush();
            }
            try {
                $content = '"value":' . self::encode($result, $types['returns']);
            } catch (Throwable $error) {
                $content = '"invalid":' . self::lossy($error->getMessage());
            }
        } catch (Throwable $error) {
            $content = '"raised":' . self::describe($error);
        }
        if (!empty($question['after'])) {
            try {
                $form = fn ($arg, $i) => self::encode($arg, $types['params'][$i] ?? 'any');
                $parts = array_map($form, $args, array_keys($args));
                $content .= ',"after":[' . implode(',', $parts) . ']';
            } catch (Throwable) {
                $content .= ',"after":null';
            }
        }
        return $content;
    }

    /** The answers to the calls of a question, or the wish to be asked one by one. */
    private static function answer(callable $entry, array $question): string
    {
        $size = 0;
        $answers = [];
        self::$asked = count($question['calls']);
        foreach ($question['calls'] as $given) {
            $content = self::call($entry, $given, $question, self::$message['types']);
            $size += strlen($content) + 16;
            if ($size > self::MAX_FRAME) {
                if (self::$asked > 1) {
                    return '"split":true';
                }
                $content = '"invalid":"more than ' . self::MAX_FRAME . ' bytes"';
            }
            $answers[] = "{{$content}}";
        }
        return '"answers":[' . implode(',', $answers) . ']';
    }

    /** Waits for the program; its text is run by the caller, at the outermost level. */
    public static function begin(): void
    {
        self::$channel = fopen('php://fd/3', 'r+b');
        stream_set_read_buffer(self::$channel, 0);
        register_shutdown_function(self::shutdown(...));
        self::$message = self::receive();
        self::$nonce = self::$message['nonce'];
        if (self::$message['op'] === 'hello') {
            self::send(self::$message['seq'], '"ready":true');
            self::$message = self::receive();
        }
        self::$seq = self::$message['seq'];
    }

    /** Answers that the text of the program, or what stands before it, raised an error. */
    public static function failed(Throwable $error): void
    {
        self::flush();
        // By its file an error of the compiler tells whose text it means: a text that a program evaluates is
        // one level further in.
        $own = $error instanceof CompileError && substr_count($error->getFile(), "eval()'d code") === 1;
        if (self::$stage === 'prelude') {
            $content = '"prelude":' . self::lossy($error::class . ': ' . $error->getMessage());
        } elseif ($own && $error->getTrace() === []) {
            $content = '"syntax":' . self::lossy($error->getMessage() . ' (line ' . $error->getLine() . ')');
        } else {
            $content = '"load":' . self::describe($error);
        }
        self::send(self::$seq, $content);
    }

    public static function converse(): void
    {
        self::flush();
        $entry = self::findEntry(self::$message['entry']);
        if ($entry === null) {
            self::send(self::$seq, '"missing":true');
            return;
        }
        self::$stage = 'load';
        $first = isset(self::$message['calls']) ? ',' . self::answer($entry, self::$message) : '';
        self::send(self::$seq, '"loaded":true' . $first);
        self::$stage = 'call';
        while (true) {
            $question = self::receive();
            self::$seq = $question['seq'];
            self::send(self::$seq, self::answer($entry, $question));
        }
    }

    /** A fatal error cannot be caught; it ends the process, and only here is it seen. */
    private static function shutdown(): void
    {
        $error = error_get_last();
        $fatal = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;
        if (self::$seq === null || $error === null || !($error['type'] & $fatal)) {
            return;
        }
        $text = self::lossy($error['message']);
        $raised = "[\"FatalError\",$text,[\"Error\"]]";
        if (self::$stage === 'prelude') {
            self::send(self::$seq, "\"prelude\":$text");
        } elseif (self::$stage === 'source') {
            self::send(self::$seq, $error['type'] & E_COMPILE_ERROR ? "\"syntax\":$text" : "\"load\":$raised");
        } else {
            $loaded = self::$stage === 'load' ? '"loaded":true,' : '';
            self::send(self::$seq, $loaded . (self::$asked > 1 ? '"split":true' : "\"answers\":[{\"raised\":$raised}]"));
        }
    }

    /** Forks a process for each run, inside the library; this one never runs a program's text. */
    public static function zygote(): void
    {
        $library = FFI::cdef('int synthase_serve(void);', getenv('SYNTHASE_ZYGOTE'));
        if ($library->synthase_serve() !== 0) {
            exit(1);
        }
    }
}

if (($argv[1] ?? '') === 'zygote') {
    SynthaseDriver::zygote();
}
unset($argv, $argc);
SynthaseDriver::begin();
try {
    eval(SynthaseDriver::prelude());
    eval(SynthaseDriver::source());
} catch (Throwable $error) {
    SynthaseDriver::failed($error);
    exit(0);
}
SynthaseDriver::converse();
