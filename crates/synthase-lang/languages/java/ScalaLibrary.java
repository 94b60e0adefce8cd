package synthase;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;

/** Scala's own values, made and read by reflection, so that this driver compiles without Scala. */
final class ScalaLibrary {
    static final int OTHER = 0;
    static final int LIST = 1;
    static final int SET = 2;
    static final int MAP = 3;

    /** The library of the program, where it has one. */
    private static ScalaLibrary current;

    private final ClassLoader loader;
    private final Class<?> iterable;
    private final Class<?> set;
    private final Class<?> map;
    private final Class<?> option;
    private final Class<?> iterator;
    private final Method hasNext;
    private final Method next;

    ScalaLibrary(ClassLoader loader) {
        this.loader = loader;
        try {
            iterable = type("scala.collection.Iterable");
            set = type("scala.collection.Set");
            map = type("scala.collection.Map");
            option = type("scala.Option");
            iterator = type("scala.collection.Iterator");
            hasNext = iterator.getMethod("hasNext");
            next = iterator.getMethod("next");
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException("this is no library of Scala", error);
        }
        current = this;
    }

    static ScalaLibrary current() {
        return current;
    }

    static boolean isOption(Object value) {
        return current != null && current.option.isInstance(value);
    }

    Class<?> option() {
        return option;
    }

    private Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(name, true, loader);
    }

    private Object module(String name) throws ReflectiveOperationException {
        return type(name + "$").getField("MODULE$").get(null);
    }

    // ---- making -------------------------------------------------------------------------------------------------------

    Object none() throws ReflectiveOperationException {
        return module("scala.None");
    }

    Object some(Object value) throws ReflectiveOperationException {
        return type("scala.Some").getConstructors()[0].newInstance(value);
    }

    Object pair(Object first, Object second) throws ReflectiveOperationException {
        return type("scala.Tuple2").getConstructor(Object.class, Object.class).newInstance(first, second);
    }

    Object tuple(List<Object> items) throws ReflectiveOperationException {
        return type("scala.Tuple" + items.size()).getConstructors()[0].newInstance(items.toArray());
    }

    Object bigInt(BigInteger number) throws ReflectiveOperationException {
        return type("scala.math.BigInt").getConstructor(BigInteger.class).newInstance(number);
    }

    Object decimal(BigDecimal number) throws ReflectiveOperationException {
        return type("scala.math.BigDecimal").getConstructor(BigDecimal.class).newInstance(number);
    }

    Object list(List<Object> items) throws ReflectiveOperationException {
        return built(type("scala.collection.immutable.List"), items);
    }

    Object set(List<Object> items) throws ReflectiveOperationException {
        return built(type("scala.collection.immutable.Set"), items);
    }

    /** A map of pairs that `pair` made. */
    Object map(List<Object> pairs) throws ReflectiveOperationException {
        return built(type("scala.collection.immutable.Map"), pairs);
    }

    /** What a declared type holds: one of the constants above. */
    int kind(Class<?> declared) throws ReflectiveOperationException {
        if (map.isAssignableFrom(declared)) {
            return MAP;
        }
        if (set.isAssignableFrom(declared)) {
            return SET;
        }
        boolean above = declared != Object.class && declared.isAssignableFrom(type("scala.collection.immutable.List"));
        boolean isCollection = declared.getName().startsWith("scala.collection.") || declared.getName().startsWith("scala.Seq");
        return iterable.isAssignableFrom(declared) || above && isCollection ? LIST : OTHER;
    }

    /** A collection of a declared type, made by the builder of its companion. */
    Object built(Class<?> declared, List<Object> items) throws ReflectiveOperationException {
        Object builder = builder(declared);
        if (builder == null && declared.isAssignableFrom(type("scala.collection.immutable.List"))) {
            builder = builder(type("scala.collection.immutable.List"));
        }
        if (builder == null) {
            throw new ClassNotFoundException("no values of the type " + declared.getName() + " can be made");
        }
        Class<?> kind = type("scala.collection.mutable.Builder");
        Method add = kind.getMethod("$plus$eq", Object.class);
        for (Object item : items) {
            add.invoke(builder, item);
        }
        return kind.getMethod("result").invoke(builder);
    }

    private Object builder(Class<?> declared) throws ReflectiveOperationException {
        Object companion;
        try {
            companion = module(declared.getName());
        } catch (ClassNotFoundException error) {
            return null;
        }
        for (Method method : companion.getClass().getMethods()) {
            if (method.getName().equals("newBuilder") && method.getParameterCount() == 0) {
                return method.invoke(companion);
            }
        }
        for (Method method : companion.getClass().getMethods()) {
            boolean ordered = method.getParameterCount() == 1 && method.getParameterTypes()[0].getName().equals("scala.math.Ordering");
            if (method.getName().equals("newBuilder") && ordered) {
                Object orderings = module("scala.math.Ordering");
                Method from = orderings.getClass().getMethod("comparatorToOrdering", Comparator.class);
                return method.invoke(companion, from.invoke(orderings, Comparator.naturalOrder()));
            }
        }
        return null;
    }

    // ---- reading ------------------------------------------------------------------------------------------------------

    /** The pairs of a map. */
    static final class Pairs {
        final List<Object[]> list = new ArrayList<>();
    }

    /** An option: what it holds, if anything. */
    static final class Choice {
        boolean present;
        Object content;
    }

    /** The same value as one of Java's, `Pairs` or `Choice`; itself where it is none of the library's. */
    Object plain(Object value) throws ReflectiveOperationException {
        if (option.isInstance(value)) {
            Choice choice = new Choice();
            choice.present = (Boolean) option.getMethod("isDefined").invoke(value);
            choice.content = choice.present ? option.getMethod("get").invoke(value) : null;
            return choice;
        }
        if (map.isInstance(value)) {
            Pairs pairs = new Pairs();
            iterator(value).forEachRemaining(pair -> pairs.list.add(both(pair)));
            return pairs;
        }
        if (iterable.isInstance(value)) {
            List<Object> list = new ArrayList<>();
            iterator(value).forEachRemaining(list::add);
            return set.isInstance(value) ? new LinkedHashSet<>(list) : list;
        }
        if (value.getClass().getName().equals("scala.math.BigInt")) {
            return value.getClass().getMethod("bigInteger").invoke(value);
        }
        if (value.getClass().getName().equals("scala.math.BigDecimal")) {
            return value.getClass().getMethod("bigDecimal").invoke(value);
        }
        return value;
    }

    private Object[] both(Object pair) {
        try {
            Class<?> kind = type("scala.Tuple2");
            return new Object[] {kind.getMethod("_1").invoke(pair), kind.getMethod("_2").invoke(pair)};
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    /** What can be walked once, as an iterator of Java; null where a value is none. */
    Iterator<Object> once(Object value) throws ReflectiveOperationException {
        return iterator.isInstance(value) ? iterator(value) : null;
    }

    /** An iterator of a collection, or of an iterator of Scala; null where it is neither. */
    private Iterator<Object> iterator(Object value) throws ReflectiveOperationException {
        Object items = iterator.isInstance(value) ? value
            : iterable.isInstance(value) ? iterable.getMethod("iterator").invoke(value)
            : null;
        return items == null ? null : new Iterator<Object>() {
            @Override
            public boolean hasNext() {
                return (Boolean) ask(hasNext, items);
            }

            @Override
            public Object next() {
                return ask(next, items);
            }
        };
    }

    /** Asks the program's iterator; what it raises is the program's error. */
    private static Object ask(Method method, Object iterator) {
        try {
            return method.invoke(iterator);
        } catch (ReflectiveOperationException error) {
            return ScalaLibrary.<RuntimeException>raise(Program.own(error));
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> Object raise(Throwable error) throws E {
        throw (E) error;
    }
}
