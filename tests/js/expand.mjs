// Read .ics files and print every occurrence in them as JSON: [{"uid", "start", "end", "summary"}], instants in UTC.
// An endless rule is followed to the instant of --until. Times are read by the VTIMEZONEs of the file alone.

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import ICAL from "ical.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { until: { type: "string", default: "9999-12-31T00:00:00Z" } },
});
const until = new Date(values.until);

function instant(time) {
  if (time.zone === ICAL.Timezone.localTimezone) throw new Error(`${time} has no time zone`);
  return time.toJSDate();
}

function occurrence(event, start, end) {
  return { uid: event.uid, start: instant(start), end: instant(end), summary: event.summary };
}

function* dates(event) {
  if (!event.isRecurring()) {
    yield occurrence(event, event.startDate, event.endDate);
    return;
  }
  const rule = event.iterator();
  for (let next = rule.next(); next && instant(next) <= until; next = rule.next()) {
    const found = event.getOccurrenceDetails(next);
    yield occurrence(found.item, found.startDate, found.endDate);
  }
}

function* events(path) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(path, "utf8")));
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const [overrides, masters] = [true, false].map((changed) =>
    calendar.getAllSubcomponents("vevent").filter((component) => component.hasProperty("recurrence-id") === changed),
  );
  for (const master of masters) {
    const uid = master.getFirstPropertyValue("uid");
    // Without a list of its own an event takes the changed dates of all events in the file.
    const exceptions = overrides.filter((override) => override.getFirstPropertyValue("uid") === uid);
    yield* dates(new ICAL.Event(master, { exceptions }));
  }
}

const found = positionals.flatMap((path) => [...events(path)]).filter(({ start }) => start <= until);
process.stdout.write(JSON.stringify(found.sort((one, other) => one.start - other.start)) + "\n");
