use std::fmt;

use serde::{Deserialize, Serialize};

/// A time as the chat writes it: RFC 3339, UTC, with milliseconds. Its order is that of time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(String);

impl Time {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Milliseconds since the beginning of 1970; `None` where the text is no time.
    #[must_use]
    pub fn unix_millis(&self) -> Option<i64> {
        let text = self.0.strip_suffix('Z')?;
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let millis = number(20, 23)?;
        let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
        Some(seconds * 1000 + millis)
    }
}

/// Days since 1970-01-01: <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>, for years from 0 on.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Time {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_so_many_milliseconds() {
        for (text, millis) in [
            ("1970-01-01T00:00:00.000Z", Some(0)),
            ("2026-11-23T12:00:05.120Z", Some(1_795_435_205_120)),
            ("2024-02-29T23:59:59.999Z", Some(1_709_251_199_999)),
            ("2000-03-01T00:00:00.000Z", Some(951_868_800_000)),
            ("2026-11-23T12:00:05Z", None),
            ("2026-11-23T12:00:05.120+00:00", None),
            ("soon", None),
        ] {
            assert_eq!(Time::from(text).unix_millis(), millis, "{text}");
        }
    }
}
