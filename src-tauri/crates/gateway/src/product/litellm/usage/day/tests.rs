use super::*;

fn day(json: &str) -> Day {
    let mut day = Day::default();
    day.add(serde_json::from_str(json).unwrap());
    day
}

fn metrics(success: u64, prompt: u64) -> String {
    format!(r#"{{"metrics": {{"spend": 0.5, "prompt_tokens": {prompt}, "successful_requests": {success}}}}}"#)
}

#[test]
fn the_faces_of_the_cube_meet_for_a_key_of_one_team() {
    let one = metrics(2, 10);
    let day = day(&format!(
        r#"{{"api_keys": {{"k": {one}}},
            "models": {{"openai/x": {{"api_key_breakdown": {{"k": {one}}}}}}},
            "model_groups": {{"x": {{"api_key_breakdown": {{"k": {one}}}}}}},
            "entities": {{"team-a": {{"api_key_breakdown": {{"k": {one}}}}}}}}}"#
    ));
    assert_eq!(day.only_team("k"), Some("team-a"));
    assert_eq!(day.models_of("k").keys().collect::<Vec<_>>(), ["x"], "the name the client called");
}

#[test]
fn a_moved_key_is_not_given_to_one_team() {
    let (one, two) = (metrics(1, 5), metrics(2, 10));
    let day = day(&format!(
        r#"{{"api_keys": {{"k": {two}}},
            "entities": {{"a": {{"api_key_breakdown": {{"k": {one}}}}}, "b": {{"api_key_breakdown": {{"k": {one}}}}}}}}}"#
    ));
    assert_eq!(day.only_team("k"), None);
}

#[test]
fn what_no_model_explains_is_kept_under_no_model() {
    let (one, two) = (metrics(1, 5), metrics(3, 10));
    let day = day(&format!(
        r#"{{"api_keys": {{"k": {two}}}, "model_groups": {{"x": {{"api_key_breakdown": {{"k": {one}}}}}}}}}"#
    ));
    let models = day.models_of("k");
    assert_eq!(models[""].successful_requests, 2, "two requests had no model");
    assert_eq!(sum(&models).counts(), day.keys["k"].counts(), "nothing is lost");
}

#[test]
fn cached_tokens_are_not_counted_twice() {
    let rows = [((100, 30, 20), (50, 30, 20)), ((10, 30, 0), (10, 30, 0)), ((100, 0, 0), (100, 0, 0))];
    for ((prompt, read, write), (input, cached, written)) in rows {
        let counted = super::tokens(prompt, 1, read, write);
        let got = (
            counted.get(Meter::InputTokens),
            counted.get(Meter::CacheReadTokens),
            counted.get(Meter::CacheWriteTokens),
        );
        assert_eq!(got, (input, cached, written), "{prompt} with {read} read and {write} written");
    }
}
