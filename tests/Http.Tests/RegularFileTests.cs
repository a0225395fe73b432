using System.Diagnostics;

namespace Slipway.Http.Tests;

/// <summary>What people name is read as a file with an end, or refused before it is opened.</summary>
public sealed class RegularFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-files-").FullName;

    [Fact]
    public void A_file_is_read_up_to_its_limit_and_not_beyond()
    {
        string file = At("file");
        File.WriteAllText(file, "0123456789");
        Assert.Equal("0123456789"u8.ToArray(), RegularFile.ReadBytes(file, 10));
        Assert.Equal("0123456789", RegularFile.ReadText(file, 10));
        Assert.Equal(
            $"{file}: wanted a file of at most 9 bytes, got 10",
            Assert.Throws<UnfitFileException>(() => RegularFile.ReadBytes(file, 9)).Message
        );
        Assert.Throws<UnfitFileException>(() => RegularFile.Open(file, 9));
        File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, (byte)'a']);
        Assert.Equal("a", RegularFile.ReadText(file, 10));
    }

    [Fact]
    public void A_link_is_the_file_that_it_leads_to_whatever_the_links_own_length()
    {
        string file = At("a-file-with-a-rather-long-name"),
            link = At("link"),
            second = At("second");
        File.WriteAllText(file, "x");
        File.CreateSymbolicLink(link, Path.GetFileName(file));
        File.CreateSymbolicLink(second, link);
        Assert.Equal("x", RegularFile.ReadText(second, 1));
        File.Delete(file);
        Assert.Throws<UnfitFileException>(() => RegularFile.ReadText(second, 1));
        File.CreateSymbolicLink(file, second);
        Assert.ThrowsAny<IOException>(() => RegularFile.ReadText(second, 1));
    }

    [Fact]
    public async Task Pipes_devices_sockets_folders_and_nothing_are_refused_at_once()
    {
        string pipe = At("pipe");
        using (Process made = Process.Start("mkfifo", pipe))
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        using System.Net.Sockets.Socket socket = new(
            System.Net.Sockets.AddressFamily.Unix,
            System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Unspecified
        );
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(At("socket")));
        File.WriteAllText(At("empty"), "");
        File.CreateSymbolicLink(At("link"), "/dev/zero");
        File.CreateSymbolicLink(At("to-pipe"), pipe);
        foreach (
            string path in (string[])
                [
                    pipe,
                    At("to-pipe"),
                    "/dev/zero",
                    "/dev/urandom",
                    "/dev/tty",
                    "/dev/null",
                    At("link"),
                    At("socket"),
                    At("empty"),
                    "/proc/self/environ",
                ]
        )
        {
            Task<UnfitFileException> refused = Task.Run(() => Assert.Throws<UnfitFileException>(() => RegularFile.ReadBytes(path, 1000)));
            Assert.Equal(
                $"{path}: it is empty, or a pipe or device, and those are not read here. Write what it gives to a file, as with cat "
                    + "> FILE, and name that",
                (await refused.WaitAsync(TimeSpan.FromMinutes(1))).Message
            );
        }

        Assert.EndsWith(
            "it is a folder; wanted a file",
            Assert.Throws<UnfitFileException>(() => RegularFile.ReadBytes(_folder, 1000)).Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "file not found",
            Assert.Throws<UnfitFileException>(() => RegularFile.ReadBytes(At("none"), 1000)).Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "file not found",
            Assert.Throws<UnfitFileException>(() => RegularFile.ReadBytes(At("none/none"), 1000)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_file_that_says_it_is_longer_than_it_is_ends_where_it_ends()
    {
        // Files of sysfs say a page whatever they hold.
        string? file = Directory.Exists("/sys/kernel")
            ? Directory.EnumerateFiles("/sys/kernel").FirstOrDefault(path => RegularFile.LengthOf(path) == 4096 && Readable(path))
            : null;
        if (file is null)
            return;
        Assert.InRange(RegularFile.ReadBytes(file, 4096).Length, 0, 4096);

        static bool Readable(string path)
        {
            try
            {
                File.ReadAllBytes(path);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_pipe_of_the_shell_is_refused_by_its_name()
    {
        // As with <(…): a link to a pipe that has no name in any folder.
        using System.IO.Pipes.AnonymousPipeServerStream pipe = new();
        string path = $"/proc/self/fd/{pipe.SafePipeHandle.DangerousGetHandle()}";
        Task<UnfitFileException> refused = Task.Run(() => Assert.Throws<UnfitFileException>(() => RegularFile.ReadBytes(path, 1000)));
        Assert.Contains("a pipe or device", (await refused.WaitAsync(TimeSpan.FromMinutes(1))).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);
}
