package synthase;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes arguments: what a method declares decides, and where it does not say enough, the types of the task do. */
final class Decode {
    private final ClassLoader loader;
    private final boolean kotlin;

    /** The library of Scala, or null where the language is another one. */
    private final ScalaLibrary scala;

    Decode(String language, ClassLoader loader) {
        this.loader = loader;
        this.kotlin = language.equals("kotlin");
        this.scala = language.equals("scala") ? new ScalaLibrary(loader) : null;
    }

    /** An argument cannot become what the method declares. */
    static final class Unfit extends Exception {
        Unfit(String message) {
            super(message, null, false, false);
        }
    }

    Object[] args(List<?> given, Method method, List<?> hints) throws Unfit {
        Type[] declared = method.getGenericParameterTypes();
        if (given.size() != declared.length) {
            throw new Unfit(method.getName() + " takes " + declared.length + " arguments, not " + given.size());
        }
        Object[] args = new Object[declared.length];
        for (int i = 0; i < args.length; i++) {
            try {
                args[i] = value(given.get(i), declared[i], i < hints.size() ? hints.get(i) : "any");
            } catch (Unfit error) {
                throw new Unfit("argument " + (i + 1) + ": " + error.getMessage());
            } catch (ReflectiveOperationException | RuntimeException error) {
                Throwable own = Program.own(error);
                throw new Unfit("argument " + (i + 1) + ": " + own.getClass().getName() + ": " + own.getMessage());
            }
        }
        return args;
    }

    /** One value for a place of a declared type. `hint` is the task's type. */
    private Object value(Object json, Type type, Object hint) throws Unfit, ReflectiveOperationException {
        Class<?> raw = boxed(raw(type));
        if (raw == Optional.class || raw.getName().equals("scala.Option")) {
            return optional(json, raw, argument(type, 0), hint);
        }
        hint = below(hint, "optional") != null ? below(hint, "optional") : hint;
        Object some = below(json, "$some");
        if (some != null) {
            return value(some, type, hint);
        }
        if (json == null) {
            return nothing(raw, raw(type));
        }
        if (Number.class.isAssignableFrom(raw) && raw != Number.class || raw.getName().startsWith("scala.math.Big")) {
            return number(number(json), raw);
        }
        if (raw == Character.class && json instanceof String text) {
            if (text.length() != 1) {
                throw new Unfit("a text of " + text.length() + " units is no character");
            }
            return text.charAt(0);
        }
        if (raw.isArray()) {
            return array(json, raw, component(type, raw), hint);
        }
        if (Collection.class.isAssignableFrom(raw) || raw == Iterable.class) {
            return collection(json, raw, argument(type, 0), hint);
        }
        if (Map.class.isAssignableFrom(raw)) {
            return map(json, raw, argument(type, 0), argument(type, 1), hint);
        }
        if (scala != null && raw.getName().startsWith("scala.")) {
            Object made = scala(json, raw, type, hint);
            if (made != null) {
                return made;
            }
        }
        if (below(json, "$tuple") != null && !raw.isAssignableFrom(List.class)) {
            return constructed((List<?>) below(json, "$tuple"), raw, type, hint);
        }
        if (below(json, "$record") != null && raw != Object.class) {
            return record((List<?>) ((List<?>) below(json, "$record")).get(1), raw);
        }
        if (raw == OptionalInt.class) {
            return OptionalInt.of((Integer) number(number(json), Integer.class));
        }
        if (raw == OptionalLong.class) {
            return OptionalLong.of((Long) number(number(json), Long.class));
        }
        if (raw == OptionalDouble.class) {
            return OptionalDouble.of((Double) number(number(json), Double.class));
        }
        Object any = any(json, hint);
        if (!raw.isInstance(any)) {
            throw new Unfit(named(any) + " is no " + raw.getName());
        }
        return any;
    }

    private static Object nothing(Class<?> raw, Class<?> declared) throws Unfit {
        if (declared.isPrimitive()) {
            throw new Unfit("null is no " + declared.getName());
        }
        return raw == OptionalInt.class ? OptionalInt.empty()
            : raw == OptionalLong.class ? OptionalLong.empty()
            : raw == OptionalDouble.class ? OptionalDouble.empty()
            : null;
    }

    private Object optional(Object json, Class<?> raw, Type of, Object hint) throws Unfit, ReflectiveOperationException {
        boolean absent = json == null;
        Object within = below(hint, "optional") != null ? below(hint, "optional") : hint;
        // Present, and what it holds is absent.
        boolean holdsNothing = json instanceof Map<?, ?> map && map.size() == 1 && map.containsKey("$some");
        Object item = absent ? null : value(holdsNothing ? ((Map<?, ?>) json).get("$some") : json, of, within);
        if (raw == Optional.class) {
            return absent ? Optional.empty() : Optional.of(item);
        }
        return absent ? scala.none() : scala.some(item);
    }

    // ---- numbers ----------------------------------------------------------------------------------------------------

    private static Number number(Object json) throws Unfit {
        if (json instanceof Number number) {
            return number;
        }
        if (below(json, "$int") instanceof String digits) {
            return (Number) Json.narrow(new BigInteger(digits));
        }
        if (below(json, "$float") instanceof String name) {
            return float_(name);
        }
        if (below(json, "$tag") instanceof List<?> tag && tag.get(0).equals("decimal")) {
            return new BigDecimal((String) tag.get(1));
        }
        throw new Unfit(named(json) + " is no number");
    }

    private static Double float_(String name) {
        return name.equals("nan") ? Double.NaN : name.equals("inf") ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }

    private Object number(Number given, Class<?> raw) throws Unfit, ReflectiveOperationException {
        boolean whole = given instanceof Long || given instanceof BigInteger;
        String name = raw.getName();
        if (raw == Double.class || raw == Float.class) {
            double wide = given.doubleValue();
            boolean exact = !whole || BigInteger.valueOf((long) wide).equals(big(given));
            if (given instanceof BigDecimal || !exact) {
                throw new Unfit(given + " is no exact float");
            }
            return raw == Double.class ? (Object) wide : (Object) (float) wide;
        }
        if (raw == BigDecimal.class || name.equals("scala.math.BigDecimal")) {
            BigDecimal decimal = given instanceof BigDecimal already ? already : new BigDecimal(given.toString());
            return raw == BigDecimal.class ? decimal : scala.decimal(decimal);
        }
        if (!whole) {
            throw new Unfit(given + " is no integer");
        }
        BigInteger big = big(given);
        int bits = raw == Integer.class ? 32 : raw == Long.class ? 64 : raw == Short.class ? 16 : raw == Byte.class ? 8 : 0;
        if (raw == BigInteger.class) {
            return big;
        }
        if (name.equals("scala.math.BigInt")) {
            return scala.bigInt(big);
        }
        if (big.bitLength() >= bits) {
            throw new Unfit("the integer " + given + " does not fit " + raw.getSimpleName());
        }
        switch (bits) {
            case 32:
                return big.intValue();
            case 64:
                return big.longValue();
            case 16:
                return big.shortValue();
            default:
                return big.byteValue();
        }
    }

    private static BigInteger big(Number number) {
        return number instanceof BigInteger big ? big : BigInteger.valueOf(number.longValue());
    }

    // ---- what holds others ------------------------------------------------------------------------------------------

    private Object array(Object json, Class<?> raw, Type of, Object hint) throws Unfit, ReflectiveOperationException {
        if (below(json, "$bytes") instanceof String digits) {
            if (raw == byte[].class) {
                return bytes(digits);
            }
            throw new Unfit("bytes are no " + raw.getSimpleName());
        }
        if (raw == char[].class && json instanceof String text) {
            return text.toCharArray();
        }
        List<?> items = items(json);
        Object array = Array.newInstance(raw.getComponentType(), items.size());
        for (int i = 0; i < items.size(); i++) {
            Array.set(array, i, value(items.get(i), of, item(hint, i)));
        }
        return array;
    }

    static byte[] bytes(String digits) {
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(digits, 2 * i, 2 * i + 2, 16);
        }
        return bytes;
    }

    @SuppressWarnings("unchecked")
    private Object collection(Object json, Class<?> raw, Type of, Object hint) throws Unfit, ReflectiveOperationException {
        boolean wantsSet = java.util.Set.class.isAssignableFrom(raw);
        boolean isSet = below(json, "$set") != null;
        if (wantsSet != isSet && raw != Collection.class && raw != Iterable.class) {
            throw new Unfit((isSet ? "a set is no " : "a list is no ") + raw.getSimpleName());
        }
        Collection<Object> made;
        if (!raw.isInterface() && !Modifier.isAbstract(raw.getModifiers())) {
            made = (Collection<Object>) raw.getDeclaredConstructor().newInstance();
        } else if (isSet) {
            made = SortedSet.class.isAssignableFrom(raw) || NavigableSet.class == raw ? new TreeSet<>() : new LinkedHashSet<>();
        } else {
            made = raw.isAssignableFrom(ArrayList.class) ? new ArrayList<>() : new LinkedList<>();
        }
        if (!raw.isInstance(made)) {
            throw new Unfit("no values of the type " + raw.getName() + " can be made");
        }
        int i = 0;
        for (Object item : items(json)) {
            made.add(value(item, of, item(hint, i++)));
        }
        return made;
    }

    @SuppressWarnings("unchecked")
    private Object map(Object json, Class<?> raw, Type key, Type item, Object hint) throws Unfit, ReflectiveOperationException {
        Map<Object, Object> made;
        if (!raw.isInterface() && !Modifier.isAbstract(raw.getModifiers())) {
            made = (Map<Object, Object>) raw.getDeclaredConstructor().newInstance();
        } else {
            made = SortedMap.class.isAssignableFrom(raw) ? new TreeMap<>() : new LinkedHashMap<>();
        }
        for (Object[] pair : pairs(json)) {
            made.put(value(pair[0], key, keyHint(hint, 0)), value(pair[1], item, keyHint(hint, 1)));
        }
        return made;
    }

    /** A value of Scala's library for a declared type of it, or null where that is none that can be made so. */
    private Object scala(Object json, Class<?> raw, Type type, Object hint) throws Unfit, ReflectiveOperationException {
        int kind = scala.kind(raw);
        if (kind == ScalaLibrary.OTHER) {
            return null;
        }
        List<Object> made = new ArrayList<>();
        if (kind == ScalaLibrary.MAP) {
            for (Object[] pair : pairs(json)) {
                made.add(scala.pair(value(pair[0], argument(type, 0), keyHint(hint, 0)), value(pair[1], argument(type, 1), keyHint(hint, 1))));
            }
        } else {
            boolean isSet = below(json, "$set") != null;
            if ((kind == ScalaLibrary.SET) != isSet) {
                throw new Unfit((isSet ? "a set is no " : "a list is no ") + raw.getSimpleName());
            }
            for (Object item : items(json)) {
                made.add(value(item, argument(type, 0), item(hint, made.size())));
            }
        }
        return scala.built(raw, made);
    }

    /** Pairs, triples and the like: what has one constructor with as many parameters as the tuple has items. */
    private Object constructed(List<?> items, Class<?> raw, Type type, Object hint) throws Unfit, ReflectiveOperationException {
        boolean primitive = raw.getName().contains("$mc");
        for (Constructor<?> maker : raw.getConstructors()) {
            if (maker.getParameterCount() == items.size() && !primitive && !maker.isSynthetic()) {
                Object[] made = new Object[items.size()];
                for (int i = 0; i < made.length; i++) {
                    made[i] = value(items.get(i), argument(type, i), item(hint, i));
                }
                return maker.newInstance(made);
            }
        }
        throw new Unfit("a tuple of " + items.size() + " is no " + raw.getName());
    }

    /** A record for a class whose constructor takes its fields in their order. */
    private Object record(List<?> given, Class<?> raw) throws Unfit, ReflectiveOperationException {
        List<Field> fields = Encode.fields(raw);
        for (Constructor<?> maker : raw.getDeclaredConstructors()) {
            Type[] declared = maker.getGenericParameterTypes();
            if (declared.length != fields.size() || given.size() != declared.length || maker.isSynthetic()) {
                continue;
            }
            Object[] made = new Object[declared.length];
            for (int i = 0; i < made.length; i++) {
                Object found = this;
                for (Object pair : given) {
                    if (((List<?>) pair).get(0).equals(fields.get(i).getName())) {
                        found = ((List<?>) pair).get(1);
                    }
                }
                if (found == this) {
                    throw new Unfit("the record has no " + fields.get(i).getName());
                }
                made[i] = value(found, declared[i], "any");
            }
            maker.setAccessible(true);
            return maker.newInstance(made);
        }
        throw new Unfit("a record of " + given.size() + " is no " + raw.getName());
    }

    // ---- what no declaration says -------------------------------------------------------------------------------------

    private Object any(Object json, Object hint) throws Unfit, ReflectiveOperationException {
        if (below(hint, "optional") != null) {
            if (scala != null) {
                return optional(json, scala.option(), Object.class, hint);
            }
            return any(json, below(hint, "optional"));
        }
        if (json instanceof Number || below(json, "$int") != null || below(json, "$float") != null) {
            Number number = number(json);
            if (number instanceof Long whole) {
                if (hint.equals("float")) {
                    return number.doubleValue();
                }
                return whole == whole.intValue() ? (Object) whole.intValue() : whole;
            }
            return scala != null && number instanceof BigInteger big ? scala.bigInt(big) : number;
        }
        if (json == null || json instanceof Boolean || json instanceof String) {
            return json;
        }
        if (json instanceof List<?> || below(json, "$set") != null || below(json, "$tuple") != null) {
            return anyItems(json, hint);
        }
        Map<?, ?> map = (Map<?, ?>) json;
        if (map.get("$bytes") instanceof String digits) {
            return bytes(digits);
        }
        if (map.get("$some") != null) {
            return any(map.get("$some"), hint);
        }
        if (map.get("$tag") instanceof List<?> tag) {
            return Tags.read((String) tag.get(0), (String) tag.get(1), scala);
        }
        if (map.get("$record") != null) {
            throw new Unfit("a record for a place that declares no class for it");
        }
        Map<Object, Object> made = new LinkedHashMap<>();
        List<Object> entries = new ArrayList<>();
        for (Object[] pair : pairs(json)) {
            Object key = any(pair[0], keyHint(hint, 0));
            Object item = any(pair[1], keyHint(hint, 1));
            if (scala == null) {
                made.put(key, item);
            } else {
                entries.add(scala.pair(key, item));
            }
        }
        return scala == null ? made : scala.map(entries);
    }

    private Object anyItems(Object json, Object hint) throws Unfit, ReflectiveOperationException {
        List<Object> made = new ArrayList<>();
        for (Object item : items(json)) {
            made.add(any(item, item(hint, made.size())));
        }
        boolean tuple = below(json, "$tuple") != null;
        boolean set = below(json, "$set") != null;
        if (scala != null) {
            return tuple ? scala.tuple(made) : set ? scala.set(made) : scala.list(made);
        }
        if (kotlin && tuple && (made.size() == 2 || made.size() == 3)) {
            Class<?> group = Class.forName(made.size() == 2 ? "kotlin.Pair" : "kotlin.Triple", true, loader);
            return group.getConstructors()[0].newInstance(made.toArray());
        }
        return set ? new LinkedHashSet<>(made) : made;
    }

    // ---- forms and types ----------------------------------------------------------------------------------------------

    /** What stands below the one key of a form or of a type, or null. */
    static Object below(Object json, String key) {
        return json instanceof Map<?, ?> map && map.size() == 1 ? map.get(key) : null;
    }

    private static List<?> items(Object json) throws Unfit {
        Object form = json instanceof Map<?, ?> ? below(json, "$tuple") : json;
        form = form == null ? below(json, "$set") : form;
        if (form instanceof List<?> list) {
            return list;
        }
        throw new Unfit(named(json) + " is no list");
    }

    private static List<Object[]> pairs(Object json) throws Unfit {
        List<Object[]> pairs = new ArrayList<>();
        if (below(json, "$map") instanceof List<?> list) {
            for (Object pair : list) {
                pairs.add(((List<?>) pair).toArray());
            }
            return pairs;
        }
        boolean form = json instanceof Map<?, ?> map && map.size() == 1 && ((String) map.keySet().iterator().next()).startsWith("$");
        if (!(json instanceof Map<?, ?>) || form) {
            throw new Unfit(named(json) + " is no map");
        }
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) json).entrySet()) {
            pairs.add(new Object[] {entry.getKey(), entry.getValue()});
        }
        return pairs;
    }

    private static String named(Object json) {
        return json == null ? "null"
            : json instanceof Boolean ? "a truth value"
            : json instanceof String ? "a text"
            : json instanceof Double || below(json, "$float") != null ? "a float"
            : json instanceof Number || below(json, "$int") != null ? "an integer"
            : json instanceof List<?> ? "a list"
            : json instanceof Map<?, ?> map && map.size() == 1 && map.keySet().iterator().next().toString().startsWith("$")
                ? "a " + map.keySet().iterator().next().toString().substring(1)
            : json instanceof Map<?, ?> ? "a map"
            : "an object of class " + json.getClass().getName();
    }

    /** The task's type of an item. */
    static Object item(Object hint, int index) {
        if (below(hint, "tuple") instanceof List<?> of) {
            return index < of.size() ? of.get(index) : "any";
        }
        Object of = below(hint, "list") != null ? below(hint, "list") : below(hint, "set");
        return of == null ? "any" : of;
    }

    /** The task's type of a key (0) or of what a key leads to (1). */
    static Object keyHint(Object hint, int which) {
        return below(hint, "map") instanceof List<?> of ? of.get(which) : "any";
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        if (type instanceof ParameterizedType generic) {
            return raw(generic.getRawType());
        }
        if (type instanceof WildcardType wild) {
            return raw(wild.getLowerBounds().length > 0 ? wild.getLowerBounds()[0] : wild.getUpperBounds()[0]);
        }
        if (type instanceof TypeVariable<?> variable) {
            return raw(variable.getBounds()[0]);
        }
        return Array.newInstance(raw(((GenericArrayType) type).getGenericComponentType()), 0).getClass();
    }

    private static Type component(Type type, Class<?> raw) {
        return type instanceof GenericArrayType generic ? generic.getGenericComponentType() : raw.getComponentType();
    }

    /** A type's argument, as far as the program tells it. */
    private static Type argument(Type type, int index) {
        if (type instanceof WildcardType wild) {
            return argument(wild.getLowerBounds().length > 0 ? wild.getLowerBounds()[0] : wild.getUpperBounds()[0], index);
        }
        boolean told = type instanceof ParameterizedType generic && generic.getActualTypeArguments().length > index;
        return told ? ((ParameterizedType) type).getActualTypeArguments()[index] : Object.class;
    }

    static Class<?> boxed(Class<?> type) {
        return !type.isPrimitive() ? type
            : type == int.class ? Integer.class
            : type == long.class ? Long.class
            : type == double.class ? Double.class
            : type == boolean.class ? Boolean.class
            : type == char.class ? Character.class
            : type == float.class ? Float.class
            : type == byte.class ? Byte.class
            : type == short.class ? Short.class
            : Void.class;
    }
}
