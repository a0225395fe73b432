using Nuke.Common.Execution;

namespace Slipway.Nuke.Tests;

public sealed class TerminalPromptTests
{
    private static readonly ConsoleKeyInfo Enter = new('\r', ConsoleKey.Enter, false, false, false);
    private static readonly ConsoleKeyInfo Rubout = new('\b', ConsoleKey.Backspace, false, false, false);
    private static readonly ConsoleKeyInfo ControlD = new('\u0004', ConsoleKey.D, false, false, control: true);

    private static (string? Answer, string Screen) Ask(bool isSecret, params IEnumerable<ConsoleKeyInfo>[] typed)
    {
        Queue<ConsoleKeyInfo> keys = new(typed.SelectMany(x => x));
        using StringWriter screen = new() { NewLine = "\n" };
        TerminalPrompt prompt = new(screen, () => keys.Count > 0, keys.Dequeue);
        return (prompt.Ask("Password: ", isSecret, CancellationToken.None), screen.ToString());
    }

    private static IEnumerable<ConsoleKeyInfo> Keys(string text) =>
        text.Select(x => new ConsoleKeyInfo(x, ConsoleKey.None, false, false, false));

    [Fact]
    public void A_secret_leaves_the_question_and_a_line_end_on_the_screen_and_nothing_else() =>
        Assert.Equal(("päss wörd€", "Password: \n"), Ask(true, Keys("päss wörd€"), [Enter]));

    [Fact]
    public void A_secret_can_be_corrected_unseen() =>
        Assert.Equal(("ac", "Password: \n"), Ask(true, Keys("ab"), [Rubout], Keys("c"), [Enter]));

    [Fact]
    public void Another_answer_is_echoed() =>
        Assert.Equal(("ac", "Password: ab\b \bc\n"), Ask(false, Keys("ab"), [Rubout], Keys("c"), [Enter]));

    [Fact]
    public void Rubbing_out_an_empty_line_does_nothing() => Assert.Equal(("", "Password: \n"), Ask(false, [Rubout, Rubout, Enter]));

    [Fact]
    public void Control_D_on_an_empty_line_ends_the_input() => Assert.Equal((null, "Password: \n"), Ask(true, [ControlD]));

    [Fact]
    public void Control_keys_are_no_text() =>
        Assert.Equal(("ab", "Password: ab\n"), Ask(false, Keys("a\u001b\0"), [ControlD], Keys("b"), [Enter]));

    [Fact]
    public void A_stopped_run_stops_waiting_for_keys()
    {
        using StringWriter screen = new();
        using CancellationTokenSource stop = new();
        stop.Cancel();
        TerminalPrompt prompt = new(screen, () => false, () => throw new InvalidOperationException("there is no key"));
        Assert.Throws<OperationCanceledException>(() => prompt.Ask("Password: ", true, stop.Token));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Redirected_input_or_screen_means_nobody_to_ask(bool input, bool error) =>
        Assert.Null(TerminalPrompt.OfProcess(input, error));
}
