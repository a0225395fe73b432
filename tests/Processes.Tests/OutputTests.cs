using Slipway.Testing;

namespace Slipway.Processes.Tests;

/// <summary>However much a program says, what is kept of it has a limit.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_program_that_says_more_than_it_may_is_ended()
    {
        ChildProcess endless = Shell.Running("echo $$ > \"$1\"; echo why >&2; exec yes", _folder.At("id")) with
        {
            Output = OutputLimit.Refuse(1000),
        };
        ProgramException e = await Assert.ThrowsAsync<ProgramException>(() => endless.RunAsync(Stop));
        Assert.Equal((true, false, null), (e.IsTooMuch, e.IsTooSlow, e.ExitCode));
        Assert.StartsWith("/bin/sh said more than 1000 bytes and was ended", e.Message, StringComparison.Ordinal);
        Assert.False(Shell.Runs((await Shell.IdsAsync(_folder, "id"))[0]));
    }

    [Theory]
    [InlineData(1000, 1000, true)]
    [InlineData(1000, 999, false)]
    [InlineData(0, 0, true)]
    public async Task The_limit_itself_may_be_reached(int count, int limit, bool fits)
    {
        Task<ProcessResult> run = (
            Shell.Running("head -c \"$1\" /dev/zero", $"{count}") with
            {
                Output = OutputLimit.Refuse(limit),
            }
        ).RunAsync(Stop);
        if (fits)
            Assert.Equal(count, (await run).Output.Length);
        else
            await Assert.ThrowsAsync<ProgramException>(() => run);
    }

    [Fact]
    public async Task Standard_error_may_be_refused_too() =>
        Assert.True(
            (
                await Assert.ThrowsAsync<ProgramException>(() =>
                    (Shell.Running("yes >&2") with { Errors = OutputLimit.Refuse(1000) }).RunAsync(Stop)
                )
            ).IsTooMuch
        );

    [Fact]
    public async Task Of_both_ends_the_first_and_the_last_are_kept()
    {
        ProcessResult result = await (Shell.Running("seq 100000; echo end") with { Output = OutputLimit.KeepEnds(40) }).RunAsync(Stop);
        Assert.Equal("1\n2\n3\n4\n5\n6\n7\n8\n9\n10", result.Output[..20]);
        Assert.Equal("\n… 588859 bytes left out …\n", result.Output[20..^20].TrimEnd('9', '8'));
        Assert.Equal("98\n99999\n100000\nend\n", result.Output[^20..]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(4096)]
    public void Ends_are_the_same_in_whatever_pieces_they_come(int piece)
    {
        byte[] all = [.. Enumerable.Range(0, 5000).Select(i => (byte)('a' + (i % 26)))];
        foreach (int limit in (int[])[2, 3, 64, 4999])
        {
            OutputEnds ends = new(limit);
            foreach (byte[] part in all.Chunk(piece))
                ends.Write(part);
            string text = System.Text.Encoding.ASCII.GetString(all);
            Assert.Equal($"{text[..(limit - (limit / 2))]}\n… {5000 - limit} bytes left out …\n{text[^(limit / 2)..]}", ends.ToString());
        }

        OutputEnds whole = new(5000);
        foreach (byte[] part in all.Chunk(piece))
            whole.Write(part);
        Assert.Equal(System.Text.Encoding.ASCII.GetString(all), whole.ToString());
    }

    [Fact]
    public void A_letter_that_lies_across_the_middle_is_whole_where_nothing_is_left_out()
    {
        OutputEnds ends = new(5);
        ends.Write("aaüa"u8);
        Assert.Equal("aaüa", ends.ToString());
    }

    [Fact]
    public async Task A_stream_that_takes_no_more_ends_the_program_with_its_own_failure()
    {
        ChildProcess endless = Shell.Running("echo $$ > \"$1\"; exec yes", _folder.At("id")) with
        {
            Output = OutputLimit.Refuse(long.MaxValue),
        };
        await using FullStream full = new();
        Assert.Equal("no space", (await Assert.ThrowsAsync<IOException>(() => endless.RunAsync(full, Stop))).Message);
        Assert.False(Shell.Runs((await Shell.IdsAsync(_folder, "id"))[0]));
    }

    private sealed class FullStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("no space");
    }
}
