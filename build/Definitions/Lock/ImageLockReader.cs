using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Debian;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>From the JSON of a lock file to the lock: every key known and there, every value of its type and grammar.</summary>
internal static class ImageLockReader
{
    /// <summary>The only schema there is.</summary>
    public const int Schema = 1;

    /// <param name="file">What the file is, for errors.</param>
    /// <exception cref="ContentException">It is no lock of this schema; names the line, and the value as <c>suites[0].date</c>.</exception>
    public static ImageLock Read(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            return OciJson.Read(json, file, root => Read(new LockNode(root, "")));
        }
        catch (ContentException e) when (e.InnerException is JsonException { LineNumber: { } line } fault)
        {
            // .NET counts from 0 and appends the same numbers to its message.
            throw new ContentException($"{file}:{line + 1}: {Printable.Of(fault.Message.Split(" LineNumber:")[0])}", e);
        }
        catch (ContentException e) when (e.InnerException is LockFault fault && fault.PlaceIn(json.Span) is { } place)
        {
            throw new ContentException($"{file}:{place.Line}:{place.Column}: {Printable.Of(fault.Message)}", e);
        }
    }

    private static ImageLock Read(LockNode root)
    {
        if (root["schema"].Number is var schema && schema != Schema)
            throw root["schema"].Fault($"wanted {Schema}, got {schema}");
        root.With("schema", "image", "version", "timestamp", "suites", "debian", "wanted", "upstream", "leftOut", "packages", "standIns");
        return new ImageLock
        {
            Image = root["image"].Text,
            Version = root["version"].Text,
            Timestamp = root["timestamp"].Parse(Time),
            Suites =
            [
                .. root["suites"]
                    .Items.Select(item => item.With("name", "date", "inRelease"))
                    .Select(suite => new LockedSuite(
                        suite["name"].Text,
                        suite["date"].Parse(Time),
                        suite["inRelease"].Parse(Digest.Parse)
                    )),
            ],
            Debian = Debian(root["debian"].With("components", "essential", "without")),
            Wanted = root["wanted"]
                .Members.ToImmutableSortedDictionary(
                    layer => layer.Key,
                    layer => layer.Value.Items.Select(item => item.Parse(Name)).ToImmutableArray(),
                    StringComparer.Ordinal
                ),
            Upstream =
            [
                .. root["upstream"]
                    .Items.Select(item => item.With("name", "version", "confirmed", "signature", "files"))
                    .Select(file => new LockedUpstream(
                        file["name"].Text,
                        file["version"].Text,
                        file["confirmed"].Flag,
                        Files(file["files"], isPackage: false)
                    )
                    {
                        Signature = file.Find("signature") is { } signature
                            ? Signature(signature.With("state", "by", "problem", "identity", "issuer"))
                            : null,
                    }),
            ],
            LeftOut = root.Find("leftOut") is { } names ? [.. names.Items.Select(item => item.Text)] : [],
            Packages = [.. root["packages"].Items.Select(item => Package(item.With("name", "version", "layer", "files")))],
            StandIns = [.. root["standIns"].Items.Select(item => Package(item.With("name", "version", "files")))],
        };
    }

    private static LockedDebian Debian(LockNode debian)
    {
        ImmutableArray<string> components = [.. debian["components"].Items.Select(item => item.Text)];
        return components.IsEmpty || components.Contains("")
            ? throw debian["components"].Fault("wanted names, got none")
            : new LockedDebian(components, debian["essential"].Flag, [.. debian["without"].Items.Select(item => item.Parse(Name))]);
    }

    /// <summary>A state and by what it was established, which go together.</summary>
    private static LockedSignature Signature(LockNode signature)
    {
        SignatureState state = signature["state"]
            .Parse(text =>
                LockedSignature.States.TryGetValue(text, out SignatureState known)
                    ? known
                    : throw new ContentException($"wanted {string.Join(" or ", LockedSignature.States.Keys)}, got '{text}'")
            );
        string by = state switch
        {
            SignatureState.Verified when signature["by"].Text == LockedSignature.ByCosign => LockedSignature.ByCosign,
            SignatureState.Verified => LockedSignature.ByLog,
            SignatureState.UnverifiedNoLog => LockedSignature.ByCertificate,
            _ => LockedSignature.ByCommandLine,
        };
        if (signature["by"].Text is var got && got != by)
            throw signature["by"].Fault($"wanted '{by}' for this state, got '{got}'");
        LockNode? problem = signature.Find("problem");
        bool isAccepted = state == SignatureState.AcceptedUnsigned;
        if (isAccepted ? signature["problem"].Text is not (LockedSignature.Missing or LockedSignature.Wrong) : problem is not null)
            throw signature["problem"]
                .Fault(
                    $"wanted {(isAccepted ? $"'{LockedSignature.Missing}' or '{LockedSignature.Wrong}'" : "none for this state")}, "
                        + $"got '{problem?.Text}'"
                );
        return new LockedSignature(state, by, new UpstreamSigner(signature["identity"].Text, signature["issuer"].Text), problem?.Text);
    }

    private static LockedPackage Package(LockNode package)
    {
        ImmutableSortedDictionary<string, LockedFile> files = Files(package["files"], isPackage: true);
        LockNode version = package["version"];
        ImmutableSortedDictionary<string, string> versions =
            version.Value.ValueKind == JsonValueKind.Object
                ? version.Members.ToImmutableSortedDictionary(member => member.Key, member => member.Value.Text, StringComparer.Ordinal)
                : files.ToImmutableSortedDictionary(file => file.Key, _ => version.Text, StringComparer.Ordinal);
        return versions.Keys.SequenceEqual(files.Keys)
            ? new LockedPackage(package["name"].Parse(Name), package.Find("layer")?.Text ?? "", versions, files)
            : throw package.Fault("'version' and 'files' name different architectures");
    }

    private static ImmutableSortedDictionary<string, LockedFile> Files(LockNode files, bool isPackage) =>
        files.Members.ToImmutableSortedDictionary(
            file => file.Key,
            file => ReadFile(file.Value.With("location", "digest", "size"), isPackage),
            StringComparer.Ordinal
        );

    private static LockedFile ReadFile(LockNode file, bool isPackage)
    {
        string location = file["location"].Text;
        if (isPackage && !PackageName.IsArchivePath(location))
            throw file["location"].Fault($"wanted a plain path below a mirror, got '{location}'");
        if (!isPackage && !(Uri.TryCreate(location, UriKind.Absolute, out Uri? address) && address.Scheme == Uri.UriSchemeHttps))
            throw file["location"].Fault($"wanted an https address, got '{location}'");
        return new LockedFile(location, file["digest"].Parse(Digest.Parse), isPackage ? file["size"].Number : file.Find("size")?.Number);
    }

    /// <summary>A package's name, which becomes part of paths.</summary>
    private static string Name(string text) =>
        PackageName.IsValid(text) ? text : throw new ContentException($"'{text}' is not a package name");

    private static DateTimeOffset Time(string text) =>
        UtcSecond.TryParse(text, out DateTimeOffset time)
            ? time
            : throw new ContentException($"wanted a time like 2026-01-02T03:04:05Z, got '{text}'");
}
