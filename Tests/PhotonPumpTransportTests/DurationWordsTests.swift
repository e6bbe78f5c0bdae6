import PhotonPumpTransport
import Testing

@Suite("Durations in words")
struct DurationWordsTests {
    @Test(
        "durations are written as people do, to a thousandth of the unit",
        arguments: [
            (Duration.seconds(5.75), "5.75 s"), (.milliseconds(250), "250 ms"), (.seconds(10), "10 s"), (.zero, "0 s"),
            (.milliseconds(1), "1 ms"), (.microseconds(1500), "1.5 ms"), (.microseconds(40), "40 µs"),
            (.nanoseconds(7), "7 ns"), (.seconds(0.3), "300 ms"), (.milliseconds(61_005), "61.005 s"),
            (.nanoseconds(1_234_567_891), "1.235 s"), (.seconds(-2), "-2 s"),
            (Duration(secondsComponent: 0, attosecondsComponent: 1), "0 ns"),
            (Duration(secondsComponent: .max, attosecondsComponent: 0), "9223372036854775807 s"),
            (Duration(secondsComponent: .min, attosecondsComponent: 0), "-9223372036854775808 s"),
        ]
    )
    func words(duration: Duration, words: String) {
        #expect(duration.words == words)
    }
}
