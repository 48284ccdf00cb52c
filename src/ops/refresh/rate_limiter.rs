//! The rate of requests to the portal: unlimited until it answers 429, then just below its limit,
//! then slowly up again.
//!
//! AWS does not publish the limit, so it is measured. While the portal refuses requests, it accepts
//! exactly as many as its limit allows. The rate falls to that number and not below, so a refresh
//! loses little time however often it is throttled.

use std::collections::VecDeque;
use std::time::Duration;

/// Responses within this time measure the limit of the portal.
const MEASURE_WINDOW: Duration = Duration::from_secs(1);
/// Time in which responses to requests sent before a slow-down still arrive; they do not cause
/// another one.
const SETTLE_TIME: Duration = Duration::from_millis(150);
/// How long a 429 counts as throttling.
const THROTTLED_PERIOD: Duration = Duration::from_secs(5);
/// Late wake-ups are compensated up to this much.
const MAX_CATCH_UP: Duration = Duration::from_millis(100);
/// The part of the measured limit that the rate falls to.
const LIMIT_MARGIN: f64 = 0.98;
/// The smallest part of the rate that is left after one slow-down.
const MIN_CUT: f64 = 0.5;
/// The same near a rate that was accepted, as long as requests still succeed: at a few requests per
/// second, one more or less is a large part of the measurement.
const MIN_CUT_NEAR_LIMIT: f64 = 0.88;
/// The rate before the first slow-down if nothing limited it: no reported limit is higher.
const INITIAL_RATE: f64 = 64.0;
/// Growth of the rate in the first second without a 429, as a part of it; doubled in each further
/// second.
const INITIAL_GROWTH: f64 = 0.02;
/// Growth with every response on the way back to a rate that was accepted, or from zero.
const RECOVERY_FACTOR: f64 = 1.5;

/// Decides when the next request may be sent. Times are durations since any fixed moment.
#[derive(Debug, Clone)]
pub struct RateLimiter {
    /// Requests per second; `None` while nothing limits them.
    rate: Option<f64>,
    ceiling: Option<f64>,
    floor: f64,
    /// The rate that the portal accepted last.
    last_good_rate: Option<f64>,
    /// Growth in a second without a 429, as a part of the rate.
    growth: f64,
    next_send: Duration,
    started_at: Option<Duration>,
    accepted_at: VecDeque<Duration>,
    slowed_at: Option<Duration>,
    grown_at: Duration,
    throttled_at: Option<Duration>,
}

impl RateLimiter {
    /// At most `ceiling` requests per second if there is one. If the portal refuses everything,
    /// still one request per `max_backoff`.
    pub fn new(ceiling: Option<f64>, max_backoff: Duration) -> RateLimiter {
        let ceiling = ceiling.filter(|rate| rate.is_finite() && *rate > 0.0);
        let floor = 1.0 / max_backoff.as_secs_f64().max(0.1);
        RateLimiter {
            rate: ceiling,
            ceiling,
            floor: ceiling.map_or(floor, |ceiling| floor.min(ceiling)),
            last_good_rate: None,
            growth: INITIAL_GROWTH,
            next_send: Duration::ZERO,
            started_at: None,
            accepted_at: VecDeque::new(),
            slowed_at: None,
            grown_at: Duration::ZERO,
            throttled_at: None,
        }
    }

    /// Returns the earliest time of the next request: `now`, or later. A response in between can
    /// change it.
    pub fn next_send(&self, now: Duration) -> Duration {
        self.next_send.max(now)
    }

    /// Records that a request was sent.
    pub fn on_sent(&mut self, now: Duration) {
        self.started_at.get_or_insert(now);
        let due = self.next_send.max(now.saturating_sub(MAX_CATCH_UP));
        self.next_send = self.rate.map_or(due, |rate| due + Duration::from_secs_f64(1.0 / rate));
    }

    /// Records that the portal accepted a request.
    pub fn on_accepted(&mut self, now: Duration) {
        self.accepted_at.push_back(now);
        self.drop_old_answers(now);
        let (Some(rate), Some(_)) = (self.rate, self.slowed_at) else { return };
        match self.last_good_rate {
            None => self.set_rate(rate * RECOVERY_FACTOR, f64::INFINITY, now),
            Some(known) if rate < known => self.set_rate(rate * RECOVERY_FACTOR, known, now),
            Some(_) if now.saturating_sub(self.grown_at) >= MEASURE_WINDOW => {
                self.set_rate(rate * (1.0 + self.growth), f64::INFINITY, now);
                (self.grown_at, self.growth) = (now, (self.growth * 2.0).min(MIN_CUT));
            }
            Some(_) => {}
        }
    }

    /// Records that the portal refused a request that was sent at `sent`.
    pub fn on_throttled(&mut self, sent: Duration, now: Duration) {
        self.throttled_at = Some(now);
        self.drop_old_answers(now);
        if self.slowed_at.is_some_and(|slowed| sent < slowed + SETTLE_TIME) {
            return;
        }
        // In the first second, the rate of accepted requests says more than their number.
        let seen = now
            .saturating_sub(self.started_at.unwrap_or_default())
            .clamp(SETTLE_TIME, MEASURE_WINDOW);
        let taken = self.accepted_at.len() as f64 / seen.as_secs_f64();
        let before = self.rate.unwrap_or_else(|| taken.max(INITIAL_RATE));
        let near = self.last_good_rate.is_some_and(|known| before < known * 1.5)
            && self.accepted_at.back() > self.slowed_at.as_ref();
        let rate = (taken * LIMIT_MARGIN)
            .max(before * if near { MIN_CUT_NEAR_LIMIT } else { MIN_CUT })
            .min(before);
        if taken > 0.0 {
            self.last_good_rate = Some(rate);
        }
        self.set_rate(rate, f64::INFINITY, now);
        (self.slowed_at, self.grown_at, self.growth) = (Some(now), now, INITIAL_GROWTH);
    }

    /// Whether the portal has answered 429 within the last seconds.
    pub fn is_throttled(&self, now: Duration) -> bool {
        self.throttled_at.is_some_and(|refused| now.saturating_sub(refused) < THROTTLED_PERIOD)
    }

    fn set_rate(&mut self, rate: f64, most: f64, now: Duration) {
        let most = self.ceiling.map_or(most, |ceiling| ceiling.min(most));
        let rate = rate.min(most).max(self.floor);
        self.rate = Some(rate);
        // A wait that was set at a lower rate ends earlier.
        self.next_send = self.next_send.min(now + Duration::from_secs_f64(1.0 / rate));
    }

    fn drop_old_answers(&mut self, now: Duration) {
        while self
            .accepted_at
            .front()
            .is_some_and(|taken| now.saturating_sub(*taken) > MEASURE_WINDOW)
        {
            self.accepted_at.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    /// How the simulated portal limits requests.
    #[derive(Clone, Copy)]
    enum SimulatedLimit {
        /// A token bucket of `burst` requests, refilled at `rate` per second.
        Bucket { rate: f64, burst: f64 },
        /// So many requests in every whole second.
        Window(u32),
        /// Accepts everything.
        None,
        /// Refuses everything before this second, accepts everything after it.
        Outage { until: f64 },
    }

    struct SimulatedPortal {
        limit: SimulatedLimit,
        tokens: f64,
        at: f64,
    }

    impl SimulatedPortal {
        fn new(limit: SimulatedLimit) -> SimulatedPortal {
            let tokens = if let SimulatedLimit::Bucket { burst, .. } = limit { burst } else { 0.0 };
            SimulatedPortal { limit, tokens, at: 0.0 }
        }

        fn accepts(&mut self, now: f64) -> bool {
            match self.limit {
                SimulatedLimit::Bucket { rate, burst } => {
                    self.tokens = (self.tokens + (now - self.at) * rate).min(burst);
                    self.at = now;
                    let taken = self.tokens >= 1.0;
                    self.tokens -= f64::from(u8::from(taken));
                    taken
                }
                SimulatedLimit::Window(most) => {
                    if now.floor() > self.at {
                        (self.at, self.tokens) = (now.floor(), 0.0);
                    }
                    self.tokens += 1.0;
                    self.tokens <= f64::from(most)
                }
                SimulatedLimit::None => true,
                SimulatedLimit::Outage { until } => now >= until,
            }
        }
    }

    struct Simulation {
        seconds: f64,
        refused: usize,
        sent: usize,
    }

    /// Sends so many requests with so many workers, each answered after `latency`; refused ones are
    /// sent again.
    fn simulate(
        mut pace: RateLimiter,
        limit: SimulatedLimit,
        requests: usize,
        workers: usize,
        latency: Duration,
    ) -> Simulation {
        let mut portal = SimulatedPortal::new(limit);
        let mut flying: BinaryHeap<Reverse<(Duration, Duration)>> = BinaryHeap::new();
        let (mut now, mut left, mut refused, mut sent) = (Duration::ZERO, requests, 0, 0);
        while left > 0 {
            let answer = flying.peek().map(|Reverse((answered, _))| *answered);
            let free = flying.len() < workers && flying.len() < left;
            let send = pace.next_send(now);
            if free && answer.is_none_or(|answer| send < answer) {
                now = send;
                pace.on_sent(now);
                flying.push(Reverse((now + latency, now)));
                sent += 1;
                continue;
            }
            let Some(Reverse((answered, asked))) = flying.pop() else { break };
            now = now.max(answered);
            if portal.accepts((asked + latency / 2).as_secs_f64()) {
                left -= 1;
                pace.on_accepted(now);
            } else {
                refused += 1;
                pace.on_throttled(asked, now);
            }
            assert!(sent < requests * 20, "refused without end");
        }
        Simulation { seconds: now.as_secs_f64(), refused, sent }
    }

    const BACKOFF: Duration = Duration::from_secs(5);
    const LATENCY: Duration = Duration::from_millis(50);

    #[test]
    fn a_thousand_accounts_take_hardly_longer_than_the_limit_itself() {
        for rate in [10.0, 20.0, 40.0] {
            for (burst, workers, latency) in [
                (1.0, 5, 5),
                (20.0, 5, 50),
                (20.0, 20, 50),
                (40.0, 5, 100),
                (5.0, 10, 100),
                (20.0, 5, 1),
            ] {
                let own = (1_010.0 - burst) / rate;
                let run = simulate(
                    RateLimiter::new(None, BACKOFF),
                    SimulatedLimit::Bucket { rate, burst },
                    1_010,
                    workers,
                    Duration::from_millis(latency),
                );
                assert!(
                    run.seconds <= own * 1.1,
                    "{rate}/s, burst {burst}, {workers} workers: {:.1}s for {own:.1}s",
                    run.seconds
                );
                assert!(run.refused < 250, "{} refused", run.refused);
            }
        }
    }

    #[test]
    fn a_limit_by_the_whole_second_is_kept_too() {
        let run = simulate(
            RateLimiter::new(None, BACKOFF),
            SimulatedLimit::Window(20),
            1_010,
            5,
            LATENCY,
        );
        assert!(run.seconds <= 50.5 * 1.1, "{:.1}s", run.seconds);
    }

    #[test]
    fn nothing_is_paced_before_the_first_refusal() {
        let run =
            simulate(RateLimiter::new(None, BACKOFF), SimulatedLimit::None, 1_000, 5, LATENCY);
        assert!(run.seconds <= 10.01, "{:.2}s", run.seconds);
    }

    #[test]
    fn a_ceiling_is_never_passed() {
        let run = simulate(
            RateLimiter::new(Some(10.0), BACKOFF),
            SimulatedLimit::Bucket { rate: 20.0, burst: 1.0 },
            200,
            5,
            LATENCY,
        );
        assert_eq!(run.refused, 0);
        assert!((19.0..21.0).contains(&run.seconds), "{:.2}s", run.seconds);
    }

    #[test]
    fn an_outage_is_met_with_few_requests_and_left_quickly() {
        let run = simulate(
            RateLimiter::new(None, BACKOFF),
            SimulatedLimit::Outage { until: 30.0 },
            500,
            5,
            LATENCY,
        );
        assert!(run.sent - 500 < 60, "{} refused", run.refused);
        assert!(run.seconds < 60.0, "{:.1}s", run.seconds);
    }

    #[test]
    fn throttling_is_reported_for_a_few_seconds() {
        let mut pace = RateLimiter::new(None, BACKOFF);
        assert!(!pace.is_throttled(Duration::from_secs(1)));
        pace.on_throttled(Duration::ZERO, Duration::from_secs(1));
        assert!(pace.is_throttled(Duration::from_secs(3)));
        assert!(!pace.is_throttled(Duration::from_secs(9)));
    }

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// The requests per second that are sent from `now` on.
    fn rate(pace: &RateLimiter, now: f64) -> f64 {
        let mut pace = pace.clone();
        pace.on_sent(at(now));
        let first = pace.next_send(Duration::ZERO);
        pace.on_sent(first);
        1.0 / (pace.next_send(Duration::ZERO) - first).as_secs_f64()
    }

    /// A limiter whose first refusal came after half a second with 30 responses.
    fn slowed() -> RateLimiter {
        let mut pace = RateLimiter::new(None, at(4.0));
        for nth in 0..30 {
            pace.on_sent(at(0.0));
            pace.on_accepted(at(f64::from(nth) / 60.0));
        }
        pace.on_throttled(at(0.4), at(0.5));
        pace
    }

    fn assert_rate(pace: &RateLimiter, now: f64, want: f64) {
        let rate = rate(pace, now);
        assert!((rate - want).abs() < 0.01, "{rate} instead of {want}");
    }

    #[test]
    fn a_ceiling_that_is_not_a_rate_is_none() {
        for ceiling in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let mut pace = RateLimiter::new(Some(ceiling), at(4.0));
            (0..10).for_each(|_| pace.on_sent(at(1.0)));
            assert_eq!(pace.next_send(at(1.0)), at(1.0), "{ceiling}");
        }
    }

    #[test]
    fn a_refusal_slows_down_to_just_below_what_was_accepted() {
        assert_rate(&slowed(), 0.5, 60.0 * LIMIT_MARGIN);
        // Responses to requests that were sent before do not slow down further.
        let mut again = slowed();
        again.on_throttled(at(0.64), at(0.7));
        assert_rate(&again, 0.7, 60.0 * LIMIT_MARGIN);
    }

    #[test]
    fn a_refusal_of_a_request_that_was_sent_after_the_slow_down_slows_down_further() {
        let mut pace = slowed();
        pace.on_throttled(at(0.65), at(0.7));
        assert_rate(&pace, 0.7, 30.0 / 0.7 * LIMIT_MARGIN);
    }

    #[test]
    fn responses_of_the_last_second_measure_the_limit() {
        for (seconds, want) in [(1.0, 100.0 * LIMIT_MARGIN), (1.001, INITIAL_RATE * MIN_CUT)] {
            let mut pace = RateLimiter::new(None, at(4.0));
            pace.on_sent(at(0.0));
            (0..100).for_each(|_| pace.on_accepted(at(0.0)));
            pace.on_throttled(at(0.0), at(seconds));
            assert_rate(&pace, seconds, want);
        }
    }

    #[test]
    fn a_rate_near_the_limit_is_cut_by_little_as_long_as_requests_succeed() {
        let good = 60.0 * LIMIT_MARGIN;
        let mut pace = slowed();
        [1.5, 2.5, 3.5].into_iter().for_each(|second| pace.on_accepted(at(second)));
        let grown = good * 1.02 * 1.04 * 1.08;
        assert_rate(&pace, 3.5, grown);
        pace.on_throttled(at(3.6), at(3.6));
        assert_rate(&pace, 3.6, grown * MIN_CUT_NEAR_LIMIT);
        // A response at the moment of the slow-down does not show that requests succeed since.
        let mut pace = slowed();
        pace.on_accepted(at(0.5));
        pace.on_throttled(at(1.2), at(1.2));
        assert_rate(&pace, 1.2, good * MIN_CUT);
    }

    #[test]
    fn refusals_without_end_leave_one_request_per_longest_pause() {
        let mut pace = RateLimiter::new(None, at(4.0));
        (1..40).map(f64::from).for_each(|second| pace.on_throttled(at(second), at(second)));
        assert_rate(&pace, 40.0, 0.25);
    }

    #[test]
    fn the_rate_grows_quickly_to_the_last_good_one_and_then_slowly() {
        let mut pace = slowed();
        let good = 60.0 * LIMIT_MARGIN;
        pace.on_throttled(at(3.0), at(3.0));
        assert_rate(&pace, 3.0, good * MIN_CUT);
        pace.on_accepted(at(3.1));
        assert_rate(&pace, 3.1, good * MIN_CUT * RECOVERY_FACTOR);
        pace.on_accepted(at(3.2));
        assert_rate(&pace, 3.2, good);
        pace.on_accepted(at(3.9));
        assert_rate(&pace, 3.9, good);
        pace.on_accepted(at(4.0));
        assert_rate(&pace, 4.0, good * (1.0 + INITIAL_GROWTH));
    }

    #[test]
    fn the_first_response_after_an_outage_raises_the_rate() {
        let mut pace = RateLimiter::new(None, at(4.0));
        pace.on_sent(at(0.0));
        pace.on_throttled(at(0.0), at(1.0));
        assert_rate(&pace, 1.0, INITIAL_RATE * MIN_CUT);
        pace.on_accepted(at(1.1));
        assert_rate(&pace, 1.1, INITIAL_RATE * MIN_CUT * RECOVERY_FACTOR);
    }

    #[test]
    fn throttling_counts_for_five_seconds() {
        let mut pace = RateLimiter::new(None, at(4.0));
        assert!(!pace.is_throttled(at(1.0)));
        pace.on_throttled(at(1.0), at(1.0));
        assert!(pace.is_throttled(at(5.9)) && !pace.is_throttled(at(6.0)));
    }
}
