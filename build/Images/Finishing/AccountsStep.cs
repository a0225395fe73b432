using System.Text;
using Slipway.Definitions;
using Slipway.Oci;

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
        Require(layer.Image, layer.Image.Accounts.Where(account => !account.GroupOnly), users, "user");
        Require(layer.Image, layer.Image.Accounts.Where(account => account.GroupId is null), groups, "group");
        return
        [
            File("etc/group", groups, AccountLines.Groups(layer.Image.Accounts)),
            File("etc/passwd", users, AccountLines.Users(layer.Image.Accounts)),
        ];
    }

    /// <summary>Numbers of users and of groups are apart: Debian has a group 100, and gives 100 to the first user it makes.</summary>
    private static void Require(ImageDefinition image, IEnumerable<Account> accounts, string[] masters, string kind)
    {
        foreach (string[] columns in masters.Select(line => line.Split(':')))
        {
            if (accounts.FirstOrDefault(account => account.Name == columns[0] || $"{account.Id}" == columns[2]) is { } clash)
                throw new DefinitionException(
                    $"{image.Name}: account {clash.Name} {clash.Id}: base-passwd has the {kind} {columns[0]} {columns[2]}"
                );
        }
    }

    private string[] Lines(UnfinishedLayer layer, string master)
    {
        string[] lines = layer.Lines(Masters + master, Name);
        return lines.FirstOrDefault(line => line.Split(':').Length < 4) is { } broken
            ? throw new ContentException($"finishing step {Name}: /{Masters}{master}: '{broken}' is not an account")
            : lines;
    }

    private LayerEntry File(string path, IEnumerable<string> masters, IEnumerable<string> own) =>
        LayerEntry.File(
            path,
            Encoding.UTF8.GetBytes(string.Concat(masters.Concat(own).Select(line => line + "\n"))),
            ContentOwner.OfStep(Name)
        );
}
