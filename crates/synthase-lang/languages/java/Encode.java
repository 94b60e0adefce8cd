package synthase;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.BaseStream;

/** Writes values as JSON by what they are; the task's type tells a tuple from a list. */
final class Encode {
    private static final int MAX_DEPTH = 40;
    private static final long MAX_EXACT = 1L << 53;
    private static final BigInteger MAX_EXACT_BIG = BigInteger.valueOf(MAX_EXACT);

    /** A value has no form. */
    static final class NoValue extends Exception {
        NoValue(String message) {
            super(message, null, false, false);
        }
    }

    void write(StringBuilder out, Object value, Object hint, boolean loose) throws NoValue, ReflectiveOperationException {
        value(out, loose ? settled(value) : value, hint, MAX_DEPTH);
    }

    private void value(StringBuilder out, Object value, Object hint, int depth) throws NoValue, ReflectiveOperationException {
        if (depth == 0) {
            throw new NoValue("nested deeper than " + MAX_DEPTH + " levels");
        }
        if (value == null) {
            out.append("null");
        } else if (value instanceof Integer || value instanceof Boolean || value instanceof Short || value instanceof Byte) {
            out.append(value);
        } else if (value instanceof Long number) {
            integer(out, BigInteger.valueOf(number));
        } else if (value instanceof Double || value instanceof Float) {
            floating(out, ((Number) value).doubleValue());
        } else if (value instanceof CharSequence || value instanceof Character) {
            text(out, value.toString());
        } else if (value instanceof BigInteger number) {
            integer(out, number);
        } else if (value.getClass().isArray()) {
            array(out, value, hint, depth);
        } else if (value instanceof Map<?, ?> map) {
            map(out, pairs(map), hint, depth);
        } else if (value instanceof Set<?> set) {
            items(out, set.iterator(), "{\"$set\":[", "]}", hint, depth);
        } else if (value instanceof Collection<?> list) {
            list(out, list.iterator(), hint, depth);
        } else {
            other(out, value, hint, depth);
        }
    }

    private static List<Object[]> pairs(Map<?, ?> map) {
        List<Object[]> pairs = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            pairs.add(new Object[] {entry.getKey(), entry.getValue()});
        }
        return pairs;
    }

    private static void integer(StringBuilder out, BigInteger number) {
        if (number.abs().compareTo(MAX_EXACT_BIG) <= 0) {
            out.append(number);
        } else {
            out.append("{\"$int\":\"").append(number).append("\"}");
        }
    }

    private static void floating(StringBuilder out, double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            out.append("{\"$float\":\"").append(Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf").append("\"}");
        } else {
            out.append(number);
        }
    }

    private static void text(StringBuilder out, String text) throws NoValue {
        for (int i = 0; i < text.length(); i++) {
            if (Json.isLoneSurrogate(text, i)) {
                throw new NoValue("a text with a lone surrogate");
            }
        }
        Json.quote(out, text);
    }

    private void array(StringBuilder out, Object array, Object hint, int depth) throws NoValue, ReflectiveOperationException {
        boolean asList = Decode.below(hint, "list") != null;
        if (array instanceof byte[] bytes && !asList) {
            out.append("{\"$bytes\":\"");
            for (byte b : bytes) {
                out.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
            }
            out.append("\"}");
            return;
        }
        if (array instanceof char[] chars && hint.equals("str")) {
            text(out, new String(chars));
            return;
        }
        int length = Array.getLength(array);
        List<Object> items = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            items.add(Array.get(array, i));
        }
        list(out, items.iterator(), hint, depth);
    }

    /** A list, or a tuple where the task says so. */
    private void list(StringBuilder out, Iterator<?> items, Object hint, int depth) throws NoValue, ReflectiveOperationException {
        Object within = Decode.below(hint, "optional");
        Object own = within != null ? within : hint;
        boolean tuple = Decode.below(own, "tuple") != null;
        items(out, items, tuple ? "{\"$tuple\":[" : "[", tuple ? "]}" : "]", own, depth);
    }

    private void items(StringBuilder out, Iterator<?> items, String begin, String end, Object hint, int depth)
        throws NoValue, ReflectiveOperationException {
        Object within = Decode.below(hint, "optional");
        Object own = within != null ? within : hint;
        out.append(begin);
        for (int i = 0; items.hasNext(); i++) {
            out.append(i == 0 ? "" : ",");
            value(out, items.next(), Decode.item(own, i), depth - 1);
            if (out.length() > 2 * Frames.MAX_FRAME) {
                throw new NoValue("more than 8 MiB");
            }
        }
        out.append(end);
    }

    private void map(StringBuilder out, List<Object[]> pairs, Object hint, int depth) throws NoValue, ReflectiveOperationException {
        Object within = Decode.below(hint, "optional");
        Object own = within != null ? within : hint;
        boolean plain = true;
        for (Object[] pair : pairs) {
            plain &= pair[0] instanceof String key && !key.startsWith("$");
        }
        out.append(plain ? "{" : "{\"$map\":[");
        String separator = "";
        for (Object[] pair : pairs) {
            out.append(separator).append(plain ? "" : "[");
            value(out, pair[0], Decode.keyHint(own, 0), depth - 1);
            out.append(plain ? ':' : ',');
            value(out, pair[1], Decode.keyHint(own, 1), depth - 1);
            out.append(plain ? "" : "]");
            separator = ",";
        }
        out.append(plain ? "}" : "]}");
    }

    private void other(StringBuilder out, Object value, Object hint, int depth) throws NoValue, ReflectiveOperationException {
        String kind = value.getClass().getName();
        Object within = Decode.below(hint, "optional") != null ? Decode.below(hint, "optional") : hint;
        if (value instanceof Optional<?> optional) {
            optional(out, optional.isPresent(), optional.orElse(null), within, depth);
        } else if (value instanceof OptionalInt optional) {
            optional(out, optional.isPresent(), optional.isPresent() ? optional.getAsInt() : null, within, depth);
        } else if (value instanceof OptionalLong optional) {
            optional(out, optional.isPresent(), optional.isPresent() ? optional.getAsLong() : null, within, depth);
        } else if (value instanceof OptionalDouble optional) {
            optional(out, optional.isPresent(), optional.isPresent() ? optional.getAsDouble() : null, within, depth);
        } else if (kind.equals("kotlin.Unit") || kind.equals("scala.runtime.BoxedUnit")) {
            out.append("null");
        } else if (kind.equals("kotlin.Pair") || kind.equals("kotlin.Triple") || kind.startsWith("scala.Tuple")) {
            items(out, contents(value).iterator(), "{\"$tuple\":[", "]}", hint, depth);
        } else if (value instanceof Map.Entry<?, ?> entry) {
            List<Object> both = new ArrayList<>(List.of());
            both.add(entry.getKey());
            both.add(entry.getValue());
            items(out, both.iterator(), "{\"$tuple\":[", "]}", hint, depth);
        } else if (!scala(out, value, within, depth)) {
            String[] tag = Tags.write(value);
            if (tag != null) {
                out.append("{\"$tag\":[\"").append(tag[0]).append("\",").append(Json.quoted(tag[1])).append("]}");
            } else if (isRecord(value.getClass())) {
                record(out, value, within, depth);
            } else {
                throw new NoValue("an object of class " + kind);
            }
        }
    }

    private boolean scala(StringBuilder out, Object value, Object hint, int depth) throws NoValue, ReflectiveOperationException {
        ScalaLibrary scala = ScalaLibrary.current();
        if (scala == null) {
            return false;
        }
        Object plain = scala.plain(value);
        if (plain == value) {
            return false;
        }
        if (plain instanceof ScalaLibrary.Pairs pairs) {
            map(out, pairs.list, hint, depth);
        } else if (plain instanceof ScalaLibrary.Choice choice) {
            optional(out, choice.present, choice.content, hint, depth);
        } else {
            value(out, plain, hint, depth);
        }
        return true;
    }

    /** What is absent is null. What is present is itself, and marked where it holds an optional or null itself. */
    private void optional(StringBuilder out, boolean present, Object content, Object hint, int depth)
        throws NoValue, ReflectiveOperationException {
        if (!present) {
            out.append("null");
            return;
        }
        boolean marked = content == null || content instanceof Optional<?> || ScalaLibrary.isOption(content);
        out.append(marked ? "{\"$some\":" : "");
        value(out, content, hint, depth - 1);
        out.append(marked ? "}" : "");
    }

    // ---- records ------------------------------------------------------------------------------------------------------

    private static boolean isRecord(Class<?> type) {
        if (type.isRecord()) {
            return true;
        }
        for (Class<?> base : type.getInterfaces()) {
            if (base.getName().equals("scala.Product")) {
                return true;
            }
        }
        // A data class of Kotlin says so by these.
        try {
            type.getDeclaredMethod("component1");
            return true;
        } catch (NoSuchMethodException error) {
            return false;
        }
    }

    /** The fields of a class's values, in the order of the text. */
    static List<Field> fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic() && !field.getName().startsWith("$")) {
                fields.add(field);
            }
        }
        return fields;
    }

    private void record(StringBuilder out, Object value, Object hint, int depth) throws NoValue, ReflectiveOperationException {
        out.append("{\"$record\":[").append(Json.quoted(value.getClass().getSimpleName())).append(",[");
        String separator = "";
        for (Field field : fields(value.getClass())) {
            field.setAccessible(true);
            Object type = "any";
            if (Decode.below(hint, "record") instanceof List<?> pairs) {
                for (Object pair : pairs) {
                    type = ((List<?>) pair).get(0).equals(field.getName()) ? ((List<?>) pair).get(1) : type;
                }
            }
            out.append(separator).append('[').append(Json.quoted(field.getName())).append(',');
            value(out, field.get(value), type, depth - 1);
            out.append(']');
            separator = ",";
        }
        out.append("]]}");
    }

    /** The items of a pair or tuple. */
    private static List<Object> contents(Object tuple) throws ReflectiveOperationException {
        List<Object> items = new ArrayList<>();
        boolean scala = tuple.getClass().getName().startsWith("scala.");
        for (int i = 1; ; i++) {
            try {
                Method part = tuple.getClass().getMethod((scala ? "_" : "component") + i);
                items.add(part.invoke(tuple));
            } catch (NoSuchMethodException error) {
                return items;
            }
        }
    }

    // ---- what can be walked once ----------------------------------------------------------------------------------------

    private static Object settled(Object value) throws ReflectiveOperationException {
        Iterator<?> items = null;
        if (value instanceof Iterator<?> iterator) {
            items = iterator;
        } else if (value instanceof BaseStream<?, ?> stream) {
            items = stream.iterator();
        } else if (value instanceof Iterable<?> iterable && !(value instanceof Collection<?>)) {
            items = iterable.iterator();
        } else if (value != null) {
            items = sequence(value);
        }
        if (items == null) {
            return value;
        }
        List<Object> list = new ArrayList<>();
        items.forEachRemaining(list::add);
        return list;
    }

    /** The iterator of a sequence of Kotlin or of an iterator of Scala, or null. */
    private static Iterator<?> sequence(Object value) throws ReflectiveOperationException {
        for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
            for (Class<?> base : type.getInterfaces()) {
                if (base.getName().equals("kotlin.sequences.Sequence")) {
                    return (Iterator<?>) base.getMethod("iterator").invoke(value);
                }
            }
        }
        ScalaLibrary scala = ScalaLibrary.current();
        return scala == null ? null : scala.once(value);
    }
}
