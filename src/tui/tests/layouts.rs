//! The areas at any size.

use proptest::prelude::*;

use super::*;
use crate::ops::backend::messages::UnlockPrompt;
use crate::tui::{footer_hints, layout};

proptest! {
    #[test]
    fn parts_never_overlap_and_never_leave_the_screen(
        width in 0_u16..260,
        height in 0_u16..80,
        preview in 0_usize..4,
        locked in any::<bool>(),
    ) {
        let list = ListOptions { preview: Preview::ALL[preview], ..sample_options().list };
        let mut rig =
            TestPicker::new(PickerOptions { list, ..sample_options() }).with_size(width, height);
        if locked {
            rig.update(Update::Locked(UnlockPrompt::Passphrase));
        }
        let areas = layout::current(&rig.state);
        let screen = ratatui::layout::Rect::new(0, 0, width, height);
        let parts: Vec<_> =
            [areas.header, Some(areas.query), areas.headings, Some(areas.list), areas.preview]
                .into_iter()
                .chain([areas.status_line, areas.footer])
                .flatten()
                .collect();
        for (at, part) in parts.iter().enumerate() {
            prop_assert_eq!(part.intersection(screen).area(), part.area());
            for other in &parts[at + 1..] {
                prop_assert_eq!(part.intersection(*other).area(), 0, "{:?} {:?}", part, other);
            }
        }
    }

    #[test]
    fn the_footer_never_runs_over_its_edge(width in 20_u16..200) {
        let rig = TestPicker::new(sample_options()).with_size(width, 24);
        let footer = layout::current(&rig.state).footer.unwrap();
        let hints = footer_hints::footer_hints(footer, &rig.state);
        prop_assert!(hints.iter().all(|hint| hint.area.right() < footer.right()));
        prop_assert!(hints.windows(2).all(|pair| pair[0].area.right() < pair[1].area.x));
    }
}

#[test]
fn the_footer_fills_the_width_and_help_is_the_last_to_go() {
    let keys = |width| -> Vec<String> {
        let rig =
            TestPicker::new(PickerOptions { multi: true, ..sample_options() }).with_size(width, 24);
        let footer = layout::current(&rig.state).footer.unwrap();
        footer_hints::footer_hints(footer, &rig.state).into_iter().map(|hint| hint.key).collect()
    };
    let wide = keys(200);
    for key in ["F3", "F4", "F6", "F7", "^R", "^S", "?", "^C"] {
        assert!(wide.iter().any(|shown| shown == key), "{key}: {wide:?}");
    }
    for width in 30..200 {
        let keys = keys(width);
        assert_eq!(keys[0], "⏎", "{width}: {keys:?}");
        assert!(keys.iter().any(|key| key == "?"), "{width}: {keys:?}");
    }
    assert_eq!(keys(80), ["⏎", "^O", "→", "Tab", "F2", "?", "^C"]);
}

#[test]
fn below_the_prompt_rows_are_as_on_the_whole_screen() {
    for width in [72, 80, 100, 120, 160, 200] {
        let rows = |height| -> Vec<String> {
            let options = PickerOptions { height, ..sample_options() };
            let rig = TestPicker::new(options).with_size(width, 20);
            let list = layout::current(&rig.state).list;
            let screen = rig.screen();
            let lines = screen.lines().skip(usize::from(list.y)).take(12);
            let row = |line: &str| {
                let row: String =
                    line.trim_matches('"').chars().take(usize::from(list.width)).collect();
                row.trim_end().to_owned()
            };
            lines.map(row).collect()
        };
        assert_eq!(rows(Height::Rows(20)), rows(Height::Full), "{width}");
    }
}

#[test]
fn headings_are_above_their_columns() {
    for width in [60, 80, 120, 200] {
        let rig = TestPicker::new(sample_options()).with_size(width, 24);
        let screen = rig.screen();
        let column = |line: usize, text: &str| {
            let line = screen.lines().nth(line).unwrap();
            line.find(text).map(|at| line[..at].chars().count())
        };
        let headings = usize::from(layout::current(&rig.state).headings.unwrap().y);
        let row = screen.lines().position(|line| line.contains("checkout-dev")).unwrap();
        assert_eq!(column(headings, "ACCOUNT"), column(row, "checkout-dev"), "{screen}");
        assert_eq!(column(headings, "ROLE"), column(row, "ReadOnlyAccess"), "{screen}");
        if column(headings, "ENV").is_some() {
            assert_eq!(column(headings, "ENV"), column(row, " dev ").map(|at| at + 1), "{screen}");
        }
    }
    let rig = TestPicker::new(sample_options()).with_size(80, 13);
    assert_eq!(layout::current(&rig.state).headings, None, "a low screen has other needs");
}

#[test]
fn the_preview_goes_before_anything_of_the_list_does() {
    let at = |width| {
        layout::current(&TestPicker::new(sample_options()).with_size(width, 40).state)
            .preview
            .is_some()
    };
    assert_eq!([at(99), at(100), at(110), at(200)], [false, false, true, true]);
}

#[test]
fn the_preview_leaves_the_list_its_columns_as_far_as_it_can() {
    let preview = |width| {
        layout::current(&TestPicker::new(sample_options()).with_size(width, 40).state)
            .preview
            .map_or(0, |preview| preview.width)
    };
    assert_eq!([preview(110), preview(120), preview(200)], [32, 41, 71]);
    let rig = TestPicker::new(sample_options()).with_size(120, 40);
    assert!(rig.screen().lines().nth(5).unwrap().contains("prod"), "{}", rig.screen());
}

#[test]
fn there_is_no_preview_where_names_or_ids_would_be_cut_for_it() {
    let mut roster = sample_roster();
    roster
        .entries
        .iter_mut()
        .for_each(|entry| entry.role = "AnAdministratorOfAllDatabasesThereAre".into());
    let rig = TestPicker::new(PickerOptions { roster: Arc::new(roster), ..sample_options() })
        .with_size(100, 40);
    assert_eq!(layout::current(&rig.state).preview, None);
    assert!(rig.screen().contains("AnAdministratorOfAllDatabasesThereAre"));
    assert!(layout::current(&rig.with_size(140, 40).state).preview.is_some());
}

#[test]
fn details_go_when_the_preview_comes() {
    let mut rig = TestPicker::new(sample_options()).with_size(80, 24);
    rig.keys(&["f2"]);
    assert_eq!(rig.state.overlays.len(), 1);
    assert!(rig.with_size(120, 24).state.overlays.is_empty());
}

#[test]
fn the_preview_never_takes_the_place_of_the_column_that_distinguishes_rows() {
    let mut widths = Vec::new();
    for width in 80..=200 {
        let rig = TestPicker::new(sample_options()).with_size(width, 24);
        let areas = layout::current(&rig.state);
        let headings = rig.screen().lines().nth(2).unwrap().to_owned();
        let first = rig.state.list.column_stats.extras[0].kind.heading();
        if areas.preview.is_some() {
            assert!(headings.contains(&first), "{width}: no {first} in {headings}");
            widths.push(width);
        }
    }
    assert!(widths.contains(&120), "{widths:?}");
}
