using System.Text;
using Slipway.Oci;
using Slipway.Sources;

namespace Slipway.Images;

/// <summary>
/// <c>/etc/passwd</c> and <c>/etc/group</c>: base-passwd's masters, then the definition's accounts. The masters lock every
/// password with <c>*</c>, so no <c>/etc/shadow</c> is needed.
/// </summary>
internal sealed class AccountsStep : IFinishingStep
{
    private const string Masters = "usr/share/base-passwd/";

    public string Name => FinishingStepName.Accounts;

    public IReadOnlyList<LayerEntry> Finish(UnfinishedLayer layer)
    {
        string[] users = Lines(layer, "passwd.master");
        string[] groups = Lines(layer, "group.master");
        HashSet<string> taken = [.. users.Concat(groups).Select(line => line.Split(':')[0])];
        if (layer.Image.Accounts.FirstOrDefault(account => taken.Contains(account.Name)) is { } twice)
            throw new DefinitionException($"{layer.Image.Name}: account {twice.Name} is one of base-passwd's already");
        HashSet<string> numbers = [.. users.Concat(groups).Select(line => line.Split(':')[2])];
        if (layer.Image.Accounts.FirstOrDefault(account => numbers.Contains($"{account.Id}")) is { } clash)
            throw new DefinitionException($"{layer.Image.Name}: account {clash.Name}: number {clash.Id} is one of base-passwd's already");
        return
        [
            File("etc/group", groups, AccountLines.Groups(layer.Image.Accounts)),
            File("etc/passwd", users, AccountLines.Users(layer.Image.Accounts)),
        ];
    }

    private string[] Lines(UnfinishedLayer layer, string master)
    {
        string[] lines = layer.Lines(Masters + master, Name);
        return lines.FirstOrDefault(line => line.Split(':').Length < 4) is { } broken
            ? throw new ContentException($"finishing step {Name}: /{Masters}{master}: '{broken}' is no account")
            : lines;
    }

    private LayerEntry File(string path, IEnumerable<string> masters, IEnumerable<string> own) =>
        LayerEntry.File(path, Encoding.UTF8.GetBytes(string.Concat(masters.Concat(own).Select(line => line + "\n"))), UnfinishedLayer.OwnerOf(Name));
}
