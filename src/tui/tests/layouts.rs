//! Where the parts stand at any size.

use proptest::prelude::*;

use super::*;
use crate::tui::layout;

proptest! {
    #[test]
    fn parts_never_overlap_and_never_leave_the_screen(width in 0_u16..260, height in 0_u16..80) {
        let rig = Rig::new(usual()).sized(width, height);
        let areas = layout::of(&rig.state);
        let screen = ratatui::layout::Rect::new(0, 0, width, height);
        let parts: Vec<_> = [areas.header, Some(areas.query), Some(areas.list), areas.footer].into_iter().flatten().collect();
        for (at, part) in parts.iter().enumerate() {
            prop_assert_eq!(part.intersection(screen).area(), part.area());
            for other in &parts[at + 1..] {
                prop_assert_eq!(part.intersection(*other).area(), 0, "{:?} {:?}", part, other);
            }
        }
    }

    #[test]
    fn the_footer_never_runs_over_its_edge(width in 20_u16..200) {
        let rig = Rig::new(usual()).sized(width, 24);
        let footer = layout::of(&rig.state).footer.unwrap();
        let hints = layout::footer(footer, &rig.state);
        prop_assert!(hints.iter().all(|hint| hint.area.right() < footer.right()));
        prop_assert!(hints.windows(2).all(|pair| pair[0].area.right() < pair[1].area.x));
    }
}

#[test]
fn the_preview_goes_before_anything_of_the_list_does() {
    let at = |width| layout::of(&Rig::new(usual()).sized(width, 40).state).preview.is_some();
    assert_eq!([at(99), at(100), at(200)], [false, true, true]);
}
