//! Whether days or months come first.

use super::table::Table;
use crate::date::DateOrder;
use crate::mapping::{By, Choice};

/// Whether days or months come first in these columns.
pub(crate) fn order(table: &Table, columns: &[usize]) -> Choice<Option<DateOrder>> {
    let looks = || columns.iter().filter_map(|c| table.looks.get(*c));
    let sum = |f: fn(&super::table::Look) -> usize| looks().map(f).sum::<usize>();
    let (day, month, disputed) = (sum(|p| p.day_first), sum(|p| p.month_first), sum(|p| p.disputed));
    let other = |o: DateOrder, c: f64| [(o.other().id().to_owned(), c)];
    let decided = |order: DateOrder, n: usize, against: usize| {
        let share = n as f64 / (n + against) as f64;
        let why = format!("{n} of the first dates can only be read {}", order.id());
        Choice::new(Some(order), By::Found, share, why).or(if against > 0 {
            vec![(order.other().id().to_owned(), 1.0 - share)]
        } else {
            Vec::new()
        })
    };
    if disputed == 0 {
        return Choice::new(None, By::Found, 1.0, "no date leaves the question");
    }
    if day > 0 || month > 0 {
        return if day >= month {
            decided(DateOrder::DayFirst, day, month)
        } else {
            decided(DateOrder::MonthFirst, month, day)
        };
    }
    if sum(|p| p.half_days) > 0 {
        let order = DateOrder::MonthFirst;
        return Choice::new(Some(order), By::Default, 0.6, "no date decides; AM and PM suggest month first")
            .or(other(order, 0.4));
    }
    let order = DateOrder::DayFirst;
    Choice::new(Some(order), By::Default, 0.5, "no date decides; day first is the default").or(other(order, 0.5))
}
