using System.Text;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Spdx;
using Slipway.Trust;
using Slipway.Verification;
using Index = Slipway.Oci.Index;

namespace Slipway.Graph.Tests;

/// <summary>What can be done to a release in files, and what the holder of its key can be made to say of it.</summary>
internal static class ReleaseTamperingCases
{
    /// <summary>By name: why it is refused, in which words, and what was done.</summary>
    public static Dictionary<string, (FailureReason Reason, string Text, Func<ToolsCopy, Task> Do)> All =>
        new(StringComparer.Ordinal)
        {
            ["SBOM: a file's hash"] = (FailureReason.SbomMismatch, "file-differs: /usr/local/share/a", copy =>
                copy.SaySbomAsync(document =>
                    With(document, document.Files.Single(file => file.Path == "usr/local/share/a"), file =>
                        file with
                        {
                            Sha256 = new string('0', 64),
                        }
                    )
                )
            ),
            ["SBOM: a file that it does not name"] = (FailureReason.SbomMismatch, "file-missing: /usr/local/share/a", copy =>
                copy.SaySbomAsync(document =>
                    document with
                    {
                        Files = document.Files.Remove(document.Files.Single(file => file.Path == "usr/local/share/a")),
                        Contains =
                        [
                            .. document.Contains.Where(part =>
                                part.Part != document.Files.Single(file => file.Path == "usr/local/share/a").Id
                            ),
                        ],
                    }
                )
            ),
            ["SBOM: a file that is not there"] = (FailureReason.SbomMismatch, "file-extra: /usr/local/share/c", copy =>
                copy.SaySbomAsync(document =>
                    document with
                    {
                        Files = document.Files.Add(
                            document.Files.Single(file => file.Path == "usr/local/share/a") with
                            {
                                Id = "SPDXRef-File-c",
                                Name = "./usr/local/share/c",
                            }
                        ),
                    }
                )
            ),
            ["SBOM: of another manifest"] = (FailureReason.SbomMismatch, "subject-differs", copy =>
                copy.SaySbomAsync(document =>
                    document with
                    {
                        Packages =
                        [
                            .. document.Packages.Select(package =>
                                package.Id == document.Describes
                                    ? package with
                                    {
                                        Checksum = SpdxChecksum.Of(Digest.Of("other"u8)),
                                    }
                                    : package
                            ),
                        ],
                    }
                )
            ),
            ["SBOM: no document"] = (FailureReason.SbomUnreadable, "", copy => copy.SayAsync(Statement.SpdxType, _ => "{}"u8.ToArray())),
            ["SBOM: duplicate JSON keys"] = (FailureReason.StatementMalformed, "", copy =>
                copy.SayAsync(Statement.SpdxType, said =>
                    Replaced(said, "\"spdxVersion\":", "\"spdxVersion\":\"SPDX-2.3\",\"spdxVersion\":")
                )
            ),
            ["SBOM: not said"] = (FailureReason.AttestationMissing, "has no https://s", copy =>
                copy.SayAsync(said => said.PredicateType == Statement.SpdxType && said.About.Contains(copy.Child.Digest) ? null : said)
            ),

            ["layers: a file added"] = (FailureReason.SbomMismatch, "file-missing: /usr/local/share/evil", copy =>
                copy.AddLayerAsync([.. Folders, LayerEntry.File("usr/local/share/evil", "x"u8.ToArray(), "")])
            ),
            ["layers: a file removed"] = (FailureReason.SbomMismatch, "file-extra: /usr/local/share/b", copy =>
                copy.AddLayerAsync([.. Folders, LayerEntry.File("usr/local/share/.wh.b", [], "")])
            ),
            ["layers: a file changed"] = (FailureReason.SbomMismatch, "file-differs: /usr/local/share/a", copy =>
                copy.AddLayerAsync([.. Folders, LayerEntry.File("usr/local/share/a", "x"u8.ToArray(), "")])
            ),
            ["layers: one bit in storage"] = (FailureReason.LayerUnreadable, "", async copy =>
                Spoil(await copy.LayerAsync(), bytes => bytes[bytes.Length / 2] ^= 1)
            ),
            ["layers: cut short in storage"] = (FailureReason.LayerUnreadable, "", async copy =>
                await File.WriteAllBytesAsync(await copy.LayerAsync(), (await File.ReadAllBytesAsync(await copy.LayerAsync()))[..^10])
            ),
            ["layers: gone"] = (FailureReason.LayerUnreadable, "is missing", async copy => File.Delete(await copy.LayerAsync())),

            ["provenance: another repository"] = (FailureReason.ProvenanceMismatch, "source-mismatch", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Source = "https://example.org/fork" } })
            ),
            ["provenance: another image"] = (FailureReason.ProvenanceMismatch, "image-mismatch", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Image = "other" } })
            ),
            ["provenance: another tag"] = (
                FailureReason.ProvenanceMismatch,
                "tag-mismatch: git tag wanted tools/v1.0.0, got tools/v0.9.0",
                copy => copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Tag = "tools/v0.9.0" } })
            ),
            ["provenance: no tag"] = (FailureReason.ProvenanceMismatch, "tag-mismatch: git tag wanted tools/v1.0.0, got none", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Tag = null } })
            ),
            ["provenance: uncommitted changes"] = (FailureReason.ProvenanceMismatch, "source-modified", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { IsModified = true } })
            ),
            ["provenance: another commit"] = (FailureReason.ProvenanceMismatch, "commit-mismatch", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Commit = new string('1', 40) } })
            ),
            ["provenance: another lock"] = (FailureReason.ProvenanceMismatch, "lock-mismatch", copy =>
                copy.SayProvenanceAsync(said => said with { Parameters = said.Parameters with { Lock = Digest.Of("other"u8) } })
            ),
            ["provenance: another builder"] = (FailureReason.ProvenanceMismatch, "builder-mismatch", copy =>
                copy.SayProvenanceAsync(said => said with { BuilderId = "https://example.org/builder" })
            ),
            ["provenance: a rehearsal's"] = (FailureReason.ProvenanceMismatch, "builder-is-rehearsal", copy =>
                copy.SayProvenanceAsync(said => said with { BuilderId = Builder.Rehearsal.Id })
            ),
            ["provenance: a dependency removed"] = (FailureReason.ProvenanceMismatch, "dependency-missing", copy =>
                copy.SayProvenanceAsync(said => said with { Dependencies = [.. said.Dependencies.SkipLast(1)] })
            ),
            ["provenance: a dependency added"] = (FailureReason.ProvenanceMismatch, "dependency-unexpected", copy =>
                copy.SayProvenanceAsync(said =>
                    said with
                    {
                        Dependencies = [.. said.Dependencies, ResourceDescriptor.Of("", "https://example.org/x", Digest.Of("x"u8))],
                    }
                )
            ),
            ["provenance: a dependency exchanged"] = (FailureReason.ProvenanceMismatch, "dependency-mismatch", copy =>
                copy.SayProvenanceAsync(said =>
                    said with
                    {
                        Dependencies =
                        [
                            .. said.Dependencies.SkipLast(1),
                            ResourceDescriptor.Of("", said.Dependencies[^1].Uri, Digest.Of("x"u8)),
                        ],
                    }
                )
            ),
            ["provenance: of no build of ours"] = (FailureReason.ProvenanceUnreadable, "", copy =>
                copy.SayAsync(Statement.ProvenanceType, _ => "{}"u8.ToArray())
            ),
            ["provenance: duplicate JSON keys"] = (FailureReason.StatementMalformed, "", copy =>
                copy.SayAsync(Statement.ProvenanceType, said =>
                    Replaced(said, "\"buildDefinition\":", "\"buildDefinition\":{},\"buildDefinition\":")
                )
            ),
            ["provenance: not said"] = (FailureReason.AttestationMissing, "has no https://s", copy =>
                copy.SayAsync(said => said.PredicateType == Statement.ProvenanceType ? null : said)
            ),

            ["a later tag on an older release"] = (
                FailureReason.ProvenanceMismatch,
                "tag-mismatch: git tag wanted tools/v1.0.1, got tools/v1.0.0",
                copy =>
                {
                    copy.Tag(copy.Root, copy.Wanted = "v1.0.1");
                    return Task.CompletedTask;
                }
            ),
            ["two entries of one tag"] = (FailureReason.ManifestUnreadable, "names 2 different manifests", copy =>
            {
                Index index = copy.Layout.ReadIndex();
                copy.Layout.WriteIndex(
                    index with
                    {
                        Manifests =
                        [
                            .. index.Manifests,
                            copy.Child with
                            {
                                Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, UpstreamImage.Version),
                            },
                        ],
                    }
                );
                return Task.CompletedTask;
            }),
        };

    private static LayerEntry[] Folders =>
        [.. ((string[])["usr", "usr/local", "usr/local/share"]).Select(path => LayerEntry.Directory(path, ""))];

    private static SpdxDocument With(SpdxDocument document, SpdxFile file, Func<SpdxFile, SpdxFile> change) =>
        document with
        {
            Files = document.Files.Replace(file, change(file)),
        };

    private static byte[] Replaced(ReadOnlyMemory<byte> json, string old, string changed)
    {
        string text = Encoding.UTF8.GetString(json.Span);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(old, changed, StringComparison.Ordinal));
    }

    private static void Spoil(string file, Action<byte[]> change)
    {
        byte[] bytes = File.ReadAllBytes(file);
        change(bytes);
        File.WriteAllBytes(file, bytes);
    }
}
