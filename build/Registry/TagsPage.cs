using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>One answer of a registry's list of tags (distribution specification, "Listing Tags").</summary>
/// <param name="Tags">Those that are wanted.</param>
/// <param name="Count">Of all of them.</param>
/// <param name="Size">Of the answer, in bytes.</param>
/// <param name="Next">Where the next page is; null after the last one.</param>
internal sealed record TagsPage(ImmutableArray<string> Tags, int Count, int Size, Uri? Next) : IListPage
{
    /// <summary>In bytes: registries that know no pages answer with the whole list.</summary>
    public const int MaximumSize = 8 * 1024 * 1024;

    /// <exception cref="RegistryException">The answer is no list of tags, is too large, or leads where we do not go.</exception>
    /// <param name="most">A page with more tags is none of a sound registry.</param>
    public static async Task<TagsPage> ReadAsync(
        Call call,
        HttpResponseMessage answer,
        Func<string, bool> wanted,
        int most,
        CancellationToken cancellationToken
    )
    {
        ReadOnlyMemory<byte> body = await BodyAsync(call, answer, cancellationToken);
        if (body.Length > MaximumSize)
            throw RegistryException.Unsound(call.Asked, $"the list has more than {MaximumSize} bytes");
        try
        {
            // "tags" is null at some registries when there are none.
            return OciJson.Read(body, "list of tags", root =>
            {
                ImmutableArray<string>.Builder tags = ImmutableArray.CreateBuilder<string>();
                int count = 0;
                foreach (JsonElement item in root.Items("tags"))
                {
                    string tag = item.ValueKind == JsonValueKind.Null ? "" : item.TextOf("tags");
                    // Artifactory lists the digests of an index's images among them.
                    if (Digest.TryParse(tag, out _))
                        continue;
                    if (!Reference.IsTag(tag))
                        throw RegistryException.Unsound(call.Asked, "the list holds a tag that breaks the grammar of tags");
                    if (++count > most)
                        throw RegistryException.Unsound(call.Asked, $"one page of the list has more than {most} tags");
                    if (wanted(tag))
                        tags.Add(tag);
                }

                return new TagsPage(tags.ToImmutable(), count, body.Length, RegistryException.NextPage(call.Asked, answer));
            });
        }
        catch (ContentException)
        {
            throw RegistryException.Unsound(call.Asked, "the answer is no list of tags");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(Call call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            return await BoundedBody.ReadAsync(answer, MaximumSize, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw RegistryException.Broken(call.Asked, e);
        }
    }
}
