use crate::world;

#[test]
fn the_doctor_finds_nothing_broken_here() {
    let world = world();
    let text = world.run(&["doctor"]);
    assert!(text.starts_with("exit: 0\n"), "{text}");
    assert!(text.contains("a right program holds: holds on 1 example") && !text.contains("BROKEN"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&world.stdout(&["doctor", "--json"])).unwrap();
    assert_eq!(json["healthy"], true);
}
