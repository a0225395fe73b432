using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Slipway.Tuf.Tests;

/// <summary>
/// A TUF repository made and signed by a test: what it says is set, then <see cref="Publish"/> writes its files anew. Attacks change what
/// it says, who signs, or the files.
/// </summary>
internal sealed class TestRepository
{
    public const string Target = "trusted_root.json";

    private readonly List<TestRole> _roots = [];

    public TestRepository()
    {
        Roles["root"] = new(2, TestKeys.RootOne, TestKeys.RootTwo, TestKeys.RootThree);
        Roles["timestamp"] = new(1, TestKeys.Online);
        Roles["snapshot"] = new(1, TestKeys.Online);
        Roles["targets"] = new(2, TestKeys.RootOne, TestKeys.RootTwo);
        PublishRoot();
        Publish();
    }

    public Dictionary<string, TestRole> Roles { get; } = [];

    public Dictionary<string, long> Versions { get; } =
        new()
        {
            ["root"] = 0,
            ["timestamp"] = 1,
            ["snapshot"] = 1,
            ["targets"] = 1,
        };

    public Dictionary<string, DateTimeOffset> Expires { get; } = [];

    /// <summary>Changes what a role signs, before it does; by the role's name.</summary>
    public Dictionary<string, Action<JsonObject>> Edits { get; } = [];

    public bool IsConsistent { get; set; } = true;

    /// <summary>Whether timestamp and snapshot say length and hashes.</summary>
    public bool SaysHashes { get; set; } = true;

    public Dictionary<string, byte[]> Targets { get; } = new() { [Target] = TestKeys.TrustedRoot("one") };

    /// <summary>Roles that the top-level targets delegate to, with what they delegate and have themselves.</summary>
    public List<TestDelegation> Delegations { get; } = [];

    /// <summary>What it serves, by path.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    public byte[] Pinned => Files["1.root.json"];

    public static DateTimeOffset Now { get; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Writes the next root, signed by the last one's keys and its own.</summary>
    public void PublishRoot(params IReadOnlyList<TestKey> signers)
    {
        TestRole own = Roles["root"];
        Versions["root"]++;
        JsonObject signed = Header("root");
        signed["consistent_snapshot"] = IsConsistent;
        signed["keys"] = TestRole.KeysOf(Roles.Values.SelectMany(role => role.Keys));
        JsonObject roles = [];
        foreach ((string name, TestRole role) in Roles)
            roles[name] = role.Json;
        signed["roles"] = roles;
        IEnumerable<TestKey> usual = own.Signers.Concat(_roots.Count > 0 ? _roots[^1].Signers : []);
        string path = string.Create(CultureInfo.InvariantCulture, $"{Versions["root"]}.root.json");
        Files[path] = Sign("root", signed, signers.Count > 0 ? signers : [.. usual.DistinctBy(key => key.Id)]);
        _roots.Add(own);
    }

    /// <summary>Makes a newer state: each version one higher.</summary>
    public void Renew(byte[]? target = null)
    {
        if (target is not null)
            Targets[Target] = target;
        foreach (string role in (string[])["timestamp", "snapshot", "targets"])
            Versions[role]++;
        Publish();
    }

    /// <summary>Writes all that is below the root.</summary>
    public void Publish()
    {
        JsonObject meta = [];
        foreach (TestDelegation delegation in Delegations.SelectMany(delegation => delegation.All))
            WriteTargets(delegation.Name, delegation.Role, delegation.Targets, delegation.Below, delegation.Version, meta);
        WriteTargets("targets", Roles["targets"], Targets, Delegations, Versions["targets"], meta);
        JsonObject snapshot = Header("snapshot");
        snapshot["meta"] = meta;
        byte[] snapshotFile = Sign("snapshot", snapshot, Roles["snapshot"].Signers);
        Write("snapshot.json", Versions["snapshot"], snapshotFile);
        JsonObject timestamp = Header("timestamp");
        timestamp["meta"] = new JsonObject { ["snapshot.json"] = Meta(Versions["snapshot"], snapshotFile) };
        Files["timestamp.json"] = Sign("timestamp", timestamp, Roles["timestamp"].Signers);
    }

    private void WriteTargets(
        string name,
        TestRole role,
        Dictionary<string, byte[]> targets,
        List<TestDelegation> delegations,
        long version,
        JsonObject meta
    )
    {
        JsonObject signed = Header("targets", version);
        JsonObject files = [];
        foreach ((string path, byte[] content) in targets)
        {
            files[path] = new JsonObject
            {
                ["length"] = content.Length,
                ["hashes"] = new JsonObject
                {
                    ["sha256"] = Hash(content),
                    ["sha512"] = Convert.ToHexStringLower(SHA512.HashData(content)),
                    ["blake9"] = "00",
                },
            };
            int file = path.LastIndexOf('/') + 1;
            Files["targets/" + (IsConsistent ? $"{path[..file]}{Hash(content)}.{path[file..]}" : path)] = content;
        }

        signed["targets"] = files;
        if (delegations.Count > 0)
            signed["delegations"] = TestDelegation.Json(delegations);
        byte[] signedFile = Sign(name, signed, role.Signers);
        Write(Uri.EscapeDataString(name) + ".json", version, signedFile);
        meta[name + ".json"] = Meta(version, signedFile);
    }

    private JsonObject Header(string role, long? version = null) =>
        new()
        {
            ["_type"] = role,
            ["spec_version"] = "1.0.31",
            ["version"] = version ?? Versions[role],
            ["expires"] = Expires
                .GetValueOrDefault(role, Now.AddDays(30))
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };

    private JsonObject Meta(long version, byte[] content)
    {
        JsonObject meta = new() { ["version"] = version };
        if (!SaysHashes)
            return meta;
        meta["length"] = content.Length;
        meta["hashes"] = new JsonObject { ["sha256"] = Hash(content) };
        return meta;
    }

    private void Write(string name, long version, byte[] content) =>
        Files[IsConsistent ? string.Create(CultureInfo.InvariantCulture, $"{version}.{name}") : name] = content;

    private byte[] Sign(string role, JsonObject signed, IReadOnlyList<TestKey> signers)
    {
        if (Edits.TryGetValue(role, out Action<JsonObject>? edit))
            edit(signed);
        return SignedFile(signed, signers);
    }

    /// <summary>A file of what is signed and the signatures.</summary>
    public static byte[] SignedFile(JsonObject signed, IReadOnlyList<TestKey> signers)
    {
        byte[] canonical = TestJson.Canonical(signed);
        JsonArray signatures = [];
        foreach (TestKey key in signers)
            signatures.Add(new JsonObject { ["keyid"] = key.Id, ["sig"] = Convert.ToHexStringLower(key.Sign(canonical)) });
        return TestJson.Pretty(new JsonObject { ["signed"] = signed.DeepClone(), ["signatures"] = signatures });
    }
}
