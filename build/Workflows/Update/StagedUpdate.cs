using Slipway.Advisories;
using Slipway.Definitions;
using Slipway.Updates;

namespace Slipway.Workflows;

/// <summary>An update that was made beside the image's folder and passed everything; nothing of the folder has changed.</summary>
/// <param name="Definition">The definition as it was.</param>
/// <param name="Report">What changes.</param>
internal sealed record StagedUpdate(ImageDefinition Definition, UpdateReport Report)
{
    /// <summary>The bytes of <c>image.yaml</c>, before and after.</summary>
    public required (byte[] Before, byte[] After) Yaml { get; init; }

    /// <summary>The bytes of <c>image.lock.json</c>, before and after.</summary>
    public required (byte[] Before, byte[] After) Lock { get; init; }

    /// <summary>
    /// Writes both files, each in one step, the definition first: whoever is killed in between leaves a lock that does not fit, which every
    /// target says and the next update mends.
    /// </summary>
    /// <exception cref="DefinitionException">A file is not what it was when the update began; nothing is written.</exception>
    public async Task PutAsync(CancellationToken cancellationToken)
    {
        string yaml = Path.Combine(Definition.Folder, ImageDefinition.FileName),
            locked = Path.Combine(Definition.Folder, ImageLock.FileName);
        foreach ((string path, byte[] before) in new[] { (yaml, Yaml.Before), (locked, Lock.Before) })
        {
            if (!(await File.ReadAllBytesAsync(path, cancellationToken)).AsSpan().SequenceEqual(before))
                throw new DefinitionException(
                    $"{Definition.Name}: {Path.GetFileName(path)} has changed since the update began; nothing was written. Run the "
                        + "same command again"
                );
        }

        await WriteAsync(yaml, Yaml, cancellationToken);
        await WriteAsync(locked, Lock, cancellationToken);
    }

    private static async Task WriteAsync(string path, (byte[] Before, byte[] After) file, CancellationToken cancellationToken)
    {
        if (file.Before.AsSpan().SequenceEqual(file.After))
            return;
        await File.WriteAllBytesAsync(path + ".new", file.After, cancellationToken);
        File.Move(path + ".new", path, overwrite: true);
    }
}

/// <summary>How far an update goes and what it takes, from the command line.</summary>
internal sealed record UpdateRequest
{
    public required VersionReach Reach { get; init; }

    /// <summary>The version that the image is to have whatever its channel says; null asks the channel.</summary>
    public required ReleaseVersion? To { get; init; }

    /// <summary>Whether upstream is left alone and not asked.</summary>
    public required bool PackagesOnly { get; init; }

    public required bool AcceptUnsignedUnsafe { get; init; }

    /// <summary>Null when there are no advisories.</summary>
    public required Func<AdvisoryScope, AdvisoryList>? Advisories { get; init; }
}
