using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>The programs that a release hands out, compiled on one or more machines, with what is to be signed about them.</summary>
/// <param name="Files">Sorted by name.</param>
/// <param name="Provenance">How they were compiled.</param>
/// <param name="ProvenanceName">The name of the file with the signed provenance.</param>
public sealed record ReleasedPrograms(ImmutableArray<ReleasedFile> Files, Statement Provenance, string ProvenanceName)
{
    /// <summary>Brings together what several machines compiled from a release's commit.</summary>
    /// <param name="folders">Where each left it; at least one.</param>
    /// <param name="release">The release's commit and source.</param>
    /// <exception cref="ContentException">
    /// They are of another commit, of a work tree with changes, or of different builders or SDKs; or a file is damaged, or differs between
    /// two.
    /// </exception>
    public static async Task<ReleasedPrograms> ReadAsync(
        IReadOnlyList<string> folders,
        BuildParameters release,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(release);
        CompiledProgram? first = null;
        SortedDictionary<string, ReleasedFile> files = new(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            CompiledProgram program = await CompiledProgram.ReadAsync(folder, cancellationToken);
            RequireOf(release, program, folder);
            first ??= program;
            RequireSame(first, program, folder);
            foreach (ReleasedFile file in await program.FilesAsync(folder, cancellationToken))
            {
                if (!files.TryAdd(file.Name, file) && files[file.Name] != file)
                    throw new ContentException(
                        $"{Path.Combine(folder, file.Name)}: another machine compiled other bytes; nothing was signed. Compile on machines "
                            + "with the same SDK and linker"
                    );
            }
        }

        ProgramProvenance provenance = new()
        {
            Program = first!.Name,
            Source = release.Source,
            Commit = release.Commit,
            Sdk = first.Toolchain.Sdk,
            BuilderId = first.Origin!.Builder,
        };
        return new ReleasedPrograms(
            [.. files.Values],
            provenance.About(files.Values.Select(file => (file.Name, Digest.Of(file.Content.Span)))),
            $"{first.Name}-provenance.sigstore.json"
        );
    }

    private static void RequireOf(BuildParameters release, CompiledProgram program, string folder)
    {
        string? problem = program.Origin switch
        {
            null => "it does not say where it was compiled",
            { IsModified: true } => "it was compiled from a work tree with changes",
            { Commit: null } => "it does not say from which commit it was compiled",
            { Commit: { } commit } when commit != release.Commit => $"wanted commit {release.Commit}, got {commit}",
            _ => null,
        };
        NextCommand compile = new("CompileVerify");
        if (problem is not null)
            throw compile.After(
                new ContentException(
                    $"{Path.Combine(folder, CompiledProgram.RecordName)}: {problem}; nothing was signed. Run {compile} at the release's commit"
                )
            );
    }

    private static void RequireSame(CompiledProgram first, CompiledProgram program, string folder)
    {
        (string, string, string) wanted = Of(first),
            got = Of(program);
        if (wanted != got)
            throw new ContentException(
                $"{Path.Combine(folder, CompiledProgram.RecordName)}: wanted {wanted.Item1} by SDK {wanted.Item2} of {wanted.Item3} as in the "
                    + $"folder before, got {got.Item1} by SDK {got.Item2} of {got.Item3}; nothing was signed"
            );

        static (string Name, string Sdk, string Builder) Of(CompiledProgram one) => (one.Name, one.Toolchain.Sdk, one.Origin!.Builder);
    }
}
