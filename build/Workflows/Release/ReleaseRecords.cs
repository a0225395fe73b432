using System.Collections.Immutable;
using Slipway.Release;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>What was published and withdrawn before: the records of this workspace, or a folder of records from elsewhere.</summary>
/// <param name="workspace">Holds <c>NAME/release.json</c> of the last publication and <c>NAME/withdrawn.json</c>.</param>
/// <param name="folder">Holds any number of <c>release.json</c>, at any depth, in the workspace's place; null for none.</param>
internal sealed class ReleaseRecords(Workspace workspace, string? folder)
{
    /// <summary>The records of an image; none when nothing was published from here.</summary>
    /// <exception cref="Oci.ContentException">A record is broken or of another schema, or the folder holds none.</exception>
    /// <exception cref="WorkflowException">There is no such folder.</exception>
    public async Task<ImmutableArray<RecordedRelease>> OfAsync(string image, CancellationToken cancellationToken)
    {
        if (folder is not null && !Directory.Exists(folder))
            throw new WorkflowException($"--records {folder}: folder not found", FailureKind.WrongUse);
        string own = Path.Combine(workspace.Results(image), ReleaseRecord.FileName);
        ImmutableArray<RecordedRelease> all =
            folder is not null ? await RecordedRelease.ReadAllAsync(folder, cancellationToken)
            : File.Exists(own) ? [await RecordedRelease.ReadAsync(own, cancellationToken)]
            : [];
        return [.. all.Where(record => record.Image == image)];
    }

    public Task<WithdrawalRecord> WithdrawnAsync(string image, CancellationToken cancellationToken) =>
        WithdrawalRecord.ReadAsync(WithdrawnFile(image), image, cancellationToken);

    /// <summary>All that is known to be withdrawn of an image: here, and in files called <c>withdrawn.json</c> of the folder.</summary>
    /// <exception cref="Oci.ContentException">A record is broken, of another schema or, here, of another image.</exception>
    public async Task<WithdrawalRecord> AllWithdrawnAsync(string image, CancellationToken cancellationToken)
    {
        WithdrawalRecord all = await WithdrawnAsync(image, cancellationToken);
        if (folder is null || !Directory.Exists(folder))
            return all;
        EnumerationOptions below = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        foreach (string path in Directory.EnumerateFiles(folder, WithdrawalRecord.FileName, below).Order(StringComparer.Ordinal))
        {
            if (await WithdrawalRecord.ImageOfAsync(path, cancellationToken) == image)
                all = all.With(await WithdrawalRecord.ReadAsync(path, image, cancellationToken));
        }

        return all;
    }

    public Task KeepAsync(WithdrawalRecord record, CancellationToken cancellationToken) =>
        record.WriteAsync(WithdrawnFile(record.Image), cancellationToken);

    public string WithdrawnFile(string image) => Path.Combine(workspace.Results(image), WithdrawalRecord.FileName);
}
