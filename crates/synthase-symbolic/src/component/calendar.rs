//! Dates: days of the Gregorian calendar in the years 1 to 9999.

use synthase_types::Value;

use super::Component;
use super::Pat::{Date, Int, Str};
use super::plain::{day, int, text};
use crate::date;
use crate::engine::vals::V;
use crate::error::EvalError;

fn valid(days: Option<i64>) -> super::Out {
    days.and_then(date::in_range).map(|days| date::value(i64::from(days))).ok_or(EvalError::OutOfRange)
}

pub(crate) const YEAR: Component = Component::new("year", "the year of a date", &[Date], Int, 2).strict(
    |a| Ok(Value::int(date::parts(day(&a[0])?).0)),
    |vals, a| {
        let year = date::parts(vals.as_date(a[0])).0;
        vals.int(year)
    },
);

pub(crate) const MONTH: Component = Component::new("month", "the month of a date, 1 to 12", &[Date], Int, 2).strict(
    |a| Ok(Value::int(date::parts(day(&a[0])?).1)),
    |vals, a| {
        let month = date::parts(vals.as_date(a[0])).1;
        vals.int(month)
    },
);

pub(crate) const DAY: Component = Component::new("day", "the day of the month, 1 to 31", &[Date], Int, 2).strict(
    |a| Ok(Value::int(date::parts(day(&a[0])?).2)),
    |vals, a| {
        let day = date::parts(vals.as_date(a[0])).2;
        vals.int(day)
    },
);

pub(crate) const WEEKDAY: Component =
    Component::new("weekday", "the day of the week, 1 for Monday to 7 for Sunday", &[Date], Int, 3).strict(
        |a| Ok(Value::int(date::weekday(day(&a[0])?))),
        |vals, a| {
            let weekday = date::weekday(vals.as_date(a[0]));
            vals.int(weekday)
        },
    );

pub(crate) const DAY_OF_YEAR: Component =
    Component::new("day_of_year", "how many days of its year have begun on a date", &[Date], Int, 3).strict(
        |a| Ok(Value::int(date::day_of_year(day(&a[0])?))),
        |vals, a| {
            let day = date::day_of_year(vals.as_date(a[0]));
            vals.int(day)
        },
    );

pub(crate) const DAYS_BETWEEN: Component =
    Component::new("days_between", "how many days after the first date the second is", &[Date, Date], Int, 3).strict(
        |a| Ok(Value::int(day(&a[1])? - day(&a[0])?)),
        |vals, a| {
            let days = vals.as_date(a[1]) - vals.as_date(a[0]);
            vals.int(days)
        },
    );

pub(crate) const ADD_DAYS: Component = Component::new(
    "add_days",
    "the date so many days later; outside the years 1 to 9999 is an error",
    &[Date, Int],
    Date,
    3,
)
.strict(
    |a| valid(day(&a[0])?.checked_add(int(&a[1])?)),
    |vals, a| match vals.as_date(a[0]).checked_add(vals.as_int(a[1])) {
        Some(days) => vals.date(days),
        None => V::ERR,
    },
);

pub(crate) const DATE: Component =
    Component::new("date", "the date of a year, month and day; no such day is an error", &[Int, Int, Int], Date, 3)
        .strict(
            |a| valid(date::from_parts(int(&a[0])?, int(&a[1])?, int(&a[2])?)),
            |vals, a| match date::from_parts(vals.as_int(a[0]), vals.as_int(a[1]), vals.as_int(a[2])) {
                Some(days) => vals.date(days),
                None => V::ERR,
            },
        );

pub(crate) const PARSE_DATE: Component = Component::new(
    "parse_date",
    "the date that a text writes as 2026-01-31; anything else is an error",
    &[Str],
    Date,
    2,
)
.strict(
    |a| date::parse(text(&a[0])?).map(date::value).ok_or(EvalError::NotADate),
    |vals, a| match date::parse(vals.text(a[0])) {
        Some(days) => vals.date(days),
        None => V::ERR,
    },
);

pub(crate) const ISO: Component = Component::new("iso", "a date written as 2026-01-31", &[Date], Str, 2).strict(
    |a| Ok(Value::Str(date::format(day(&a[0])?))),
    |vals, a| {
        let text = date::format(vals.as_date(a[0]));
        vals.str(&text)
    },
);
