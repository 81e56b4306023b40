/// The page of what was read for it, with one more than it shall have; and whether there was that one more.
pub(super) fn page<T>(mut read: Vec<T>, limit: usize) -> (Vec<T>, bool) {
    let has_more = limit < read.len();
    read.truncate(limit);
    (read, has_more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_than_asked_for_tells_that_there_are_more() {
        assert_eq!(page(vec![1, 2, 3], 2), (vec![1, 2], true));
        assert_eq!(page(vec![1, 2], 2), (vec![1, 2], false));
        assert_eq!(page(Vec::<u8>::new(), 2), (vec![], false));
    }
}
