using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>What nobody expected is told once, in one line of ours.</summary>
public sealed class FaultTests
{
    private static readonly SlipwayConventions Conventions = new();

    public static TheoryData<Exception> Faults { get; } =
    [
        new NullReferenceException(),
        new KeyNotFoundException("The given key 'a' was not present in the dictionary."),
        new InvalidOperationException("Sequence contains no elements"),
        new ArgumentOutOfRangeException("index"),
        new InvalidCastException("xyzzy"),
        new FormatException("Input string was not in a correct format."),
        new OutOfMemoryException(),
        new IndexOutOfRangeException(),
        new NotSupportedException("a\nverified: x\u001b[2J"),
        new System.Text.Json.JsonException("xyzzy"),
        new TimeoutException(),
    ];

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void A_fault_is_one_line_without_a_word_of_NETs(Exception fault)
    {
        string told = Conventions.Describe(fault);
        Assert.StartsWith("a fault of Slipway's own: ", told, StringComparison.Ordinal);
        Assert.EndsWith("Please report it; --verbosity verbose shows where it happened", told, StringComparison.Ordinal);
        Assert.DoesNotContain(fault.GetType().Name, told, StringComparison.Ordinal);
        Assert.DoesNotContain(fault.Message, told, StringComparison.Ordinal);
        Assert.True(SlipwayConventions.IsFault(fault));
        Assert.Equal(1, Conventions.ExitCodeOf(fault));
    }

    [Fact]
    public void What_was_expected_is_told_in_its_own_words_on_one_line()
    {
        foreach (
            Exception expected in (Exception[])
                [
                    new ContentException("a\nverified: x"),
                    new DefinitionException("a\nverified: x"),
                    new WorkflowException("a\nverified: x"),
                    new IOException("a\nverified: x"),
                ]
        )
        {
            Assert.Equal("a?verified: x", Conventions.Describe(expected));
            Assert.False(SlipwayConventions.IsFault(expected));
        }
    }
}
