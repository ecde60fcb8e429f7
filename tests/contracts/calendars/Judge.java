import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.temporal.Temporal;
import net.fortuna.ical4j.data.CalendarBuilder;
import net.fortuna.ical4j.model.Calendar;
import net.fortuna.ical4j.model.Component;
import net.fortuna.ical4j.model.component.VEvent;
import net.fortuna.ical4j.model.property.DtEnd;
import net.fortuna.ical4j.model.property.DtStart;
import net.fortuna.ical4j.model.property.RecurrenceId;

/** Prints what ical4j reads in a calendar on its input: start, end, status, sequence, recurrence id, summary. */
class Judge {
    public static void main(String[] arguments) throws Exception {
        Calendar calendar = new CalendarBuilder().build(System.in);
        calendar.validate();
        for (Component component : calendar.getComponents(Component.VEVENT)) {
            VEvent event = (VEvent) component;
            DtStart<Temporal> start = event.<Temporal>getDateTimeStart().orElseThrow();
            DtEnd<Temporal> end = event.<Temporal>getDateTimeEnd().orElseThrow();
            String original = event.getProperty("RECURRENCE-ID")
                .map(found -> instant(((RecurrenceId<?>) found).getDate()).toString()).orElse("-");
            System.out.println(String.join("\t", instant(start.getDate()).toString(), instant(end.getDate()).toString(),
                event.getProperty("STATUS").orElseThrow().getValue(),
                event.getProperty("SEQUENCE").orElseThrow().getValue(), original,
                event.getProperty("SUMMARY").orElseThrow().getValue().replace("\n", "\\n")));
        }
    }

    private static Instant instant(Temporal found) {
        if (found instanceof ZonedDateTime zoned) {
            return zoned.toInstant();
        }
        return found instanceof OffsetDateTime offset ? offset.toInstant() : Instant.from(found);
    }
}
