using System.Diagnostics;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// Whatever stands under a name that a command line, the environment or a folder gives: it is read as a file or refused, and never waited
/// for.
/// </summary>
public sealed class NamedFilesTests
{
    private const string Reference = $"{PublishedTools.Official}:{UpstreamImage.Version}";

    [Fact]
    public async Task A_pipe_a_device_a_folder_and_a_file_without_end_are_refused_wherever_they_are_named()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        string pipe = tools.Repository.Beside("pipe"),
            link = tools.Repository.Beside("link"),
            folder = tools.Repository.Beside("folder"),
            huge = tools.Repository.Beside("huge");
        using (Process made = Process.Start("mkfifo", pipe))
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(link, "/dev/zero");
        Directory.CreateDirectory(folder);
        await using (FileStream sparse = File.Create(huge))
            sparse.SetLength(4L << 30);
        foreach (
            (string file, string because) in ((string, string)[])
                [
                    (pipe, "a pipe or device"),
                    (link, "a pipe or device"),
                    ("/dev/zero", "a pipe or device"),
                    (folder, "it is a folder"),
                    (huge, "wanted a file of at most"),
                ]
        )
        {
            await RefusedAsync(tools, 78, because, "Verify", "--reference", Reference, "--public-key", file);
            if (file != pipe && file != huge)
                continue;
            await RefusedAsync(tools, 78, because, "Verify", "--reference", Reference, "--signing-key", file);
            await RefusedAsync(
                tools,
                78,
                because,
                "Verify",
                "--reference",
                Reference,
                "--identity",
                "a@example.org",
                "--issuer",
                "https://issuer.example",
                "--trusted-root",
                file
            );
            await RefusedAsync(
                tools,
                78,
                because,
                "Verify",
                "--reference",
                Reference,
                "--public-key",
                tools.Repository.Key.Public,
                "--reproduced-by",
                file
            );
            await RefusedAsync(
                tools,
                78,
                because,
                "Verify",
                "--reference",
                Reference,
                "--public-key",
                tools.Repository.Key.Public,
                "--registry-ca",
                file
            );
            await RefusedAsync(
                tools,
                78,
                because,
                "Verify",
                "--reference",
                Reference,
                "--public-key",
                tools.Repository.Key.Public,
                "--client-certificate",
                $"quay.io={file}"
            );
        }

        await RefusedAsync(
            tools,
            65,
            "a pipe or device",
            "Verify",
            "--reference",
            $"oci-archive:{pipe}",
            "--public-key",
            tools.Repository.Key.Public
        );
        await RefusedAsync(
            tools,
            64,
            "wanted a file in a folder",
            "Save",
            "--reference",
            Reference,
            "--to",
            "/dev/null",
            "--public-key",
            tools.Repository.Key.Public
        );
        Assert.False(File.Exists("/dev/null.unfinished"));
        Assert.Equal(0, new FileInfo("/dev/null").Length);

        File.Move(pipe, Path.Combine(folder, "release.json"));
        await RefusedAsync(tools, 65, "a pipe or device", "Drift", "--records", folder);
        File.Move(Path.Combine(folder, "release.json"), tools.Repository.At(".nuke", "parameters.json"), overwrite: true);
        await RefusedAsync(tools, 64, ".nuke/parameters.json: wanted a file of 1 to", "Drift");
    }

    private static async Task RefusedAsync(PublishedTools tools, int code, string because, params string[] arguments)
    {
        ChildResult result = (
            await tools.RunAsync(
                tools.Repository.Slipway with
                {
                    Cache = tools.Repository.Beside("cache"),
                    TimeLimit = TimeSpan.FromMinutes(2),
                    MeasuresMemory = true,
                },
                arguments
            )
        ).Require(code);
        Assert.Contains(because, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.InRange(result.PeakResident, 0, 200L << 20);
    }
}
