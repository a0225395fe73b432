using Nuke.Common.Execution;

namespace Slipway.Nuke.Tests;

/// <summary>A person with answers, the last of which is the end of input.</summary>
public sealed class FakePrompt(params string[] answers) : IPrompt
{
    private readonly Queue<string> _left = new(answers);

    public List<string> Questions { get; } = [];
    public List<string> SecretQuestions { get; } = [];

    string? IPrompt.Ask(string question, bool isSecret, CancellationToken cancellationToken)
    {
        (isSecret ? SecretQuestions : Questions).Add(question);
        return _left.TryDequeue(out string? answer) ? answer : null;
    }
}
