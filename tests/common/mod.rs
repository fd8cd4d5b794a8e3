//! What integration tests share.

/// Says that a test is skipped for want of `what`; with MMD_TEST_REQUIRE=all that is a failure.
#[allow(clippy::print_stderr)]
pub fn missing(what: &str) {
    assert!(
        std::env::var_os("MMD_TEST_REQUIRE").is_none_or(|value| value != "all"),
        "MMD_TEST_REQUIRE=all, but there is no {what}"
    );
    eprintln!("skipped: there is no {what}");
}
