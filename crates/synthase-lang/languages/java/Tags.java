package synthase;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;

/** Tagged literals: dates, times and decimal numbers. */
final class Tags {
    private Tags() {}

    static Object read(String tag, String text, ScalaLibrary scala) throws Decode.Unfit, ReflectiveOperationException {
        switch (tag) {
            case "date":
                return LocalDate.parse(text);
            case "datetime":
                return LocalDateTime.parse(text);
            case "time":
                return LocalTime.parse(text);
            case "decimal":
                return scala == null ? new BigDecimal(text) : scala.decimal(new BigDecimal(text));
            default:
                throw new Decode.Unfit("there is no value for " + tag + " literals");
        }
    }

    /** The tag and the text of a value, or null. */
    static String[] write(Object value) {
        if (value instanceof LocalDate) {
            return new String[] {"date", value.toString()};
        }
        if (value instanceof LocalDateTime moment) {
            return new String[] {"datetime", moment.format(DateTimeFormatter.ISO_LOCAL_DATE_TIME)};
        }
        if (value instanceof LocalTime time) {
            return new String[] {"time", time.format(DateTimeFormatter.ISO_LOCAL_TIME)};
        }
        if (value instanceof BigDecimal decimal) {
            return new String[] {"decimal", decimal.toString()};
        }
        return null;
    }
}
