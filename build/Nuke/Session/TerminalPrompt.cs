using System.Text;

namespace Nuke.Common.Execution;

/// <summary>
/// Asks on standard error and reads keys, so that standard output stays the results' and a secret is never on the screen.
/// </summary>
/// <param name="screen">Where question and echo go.</param>
/// <param name="isKeyWaiting">Whether <paramref name="readKey"/> would return at once.</param>
/// <param name="readKey">Takes one key without echo.</param>
internal sealed class TerminalPrompt(TextWriter screen, Func<bool> isKeyWaiting, Func<ConsoleKeyInfo> readKey) : IPrompt
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Null when the question would not be seen or the answer would come from a pipe or a file.</summary>
    public static TerminalPrompt? OfProcess(bool isInputRedirected, bool isErrorRedirected) =>
        isInputRedirected || isErrorRedirected
            ? null
            : new TerminalPrompt(Console.Error, () => Console.KeyAvailable, () => Console.ReadKey(intercept: true));

    /// <inheritdoc/>
    public string? Ask(string question, bool isSecret, CancellationToken cancellationToken)
    {
        // Asked for before the question shows: from here on the terminal itself echoes nothing.
        _ = isKeyWaiting();
        screen.Write(question);
        screen.Flush();
        StringBuilder line = new();
        while (true)
        {
            ConsoleKeyInfo key = Next(cancellationToken);
            bool ends = key.Key == ConsoleKey.D && key.Modifiers == ConsoleModifiers.Control;
            if (key.Key == ConsoleKey.Enter || (ends && line.Length == 0))
            {
                screen.WriteLine();
                return ends ? null : line.ToString();
            }

            Take(key, line, isSecret);
        }
    }

    private ConsoleKeyInfo Next(CancellationToken cancellationToken)
    {
        while (!isKeyWaiting())
        {
            cancellationToken.WaitHandle.WaitOne(Pause);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return readKey();
    }

    private void Take(ConsoleKeyInfo key, StringBuilder line, bool isSecret)
    {
        if (key.Key == ConsoleKey.Backspace && line.Length > 0)
        {
            line.Length--;
            Echo("\b \b", isSecret);
        }
        else if (!char.IsControl(key.KeyChar))
        {
            line.Append(key.KeyChar);
            Echo(key.KeyChar.ToString(), isSecret);
        }
    }

    private void Echo(string text, bool isSecret)
    {
        if (isSecret)
            return;
        screen.Write(text);
        screen.Flush();
    }
}

/// <summary>A person at a terminal who can be asked.</summary>
internal interface IPrompt
{
    /// <summary>One line without its end; null when the person ended the input. A secret is not echoed in any form.</summary>
    /// <exception cref="OperationCanceledException">The run was stopped while it waited.</exception>
    public string? Ask(string question, bool isSecret, CancellationToken cancellationToken);
}
