using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>One answer of a registry's list of tags (distribution specification, "Listing Tags").</summary>
/// <param name="Next">Where the next page is; null after the last one.</param>
internal sealed record TagsPage(ImmutableArray<string> Tags, Uri? Next) : IListPage
{
    /// <summary>In bytes: registries that know no pages answer with the whole list.</summary>
    public const int MaximumSize = 8 * 1024 * 1024;

    /// <exception cref="RegistryException">The answer is no list of tags, is too large, or leads where we do not go.</exception>
    public static async Task<TagsPage> ReadAsync(Call call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await BodyAsync(call, answer, cancellationToken);
        if (body.Length > MaximumSize)
            throw RegistryException.Unsound(call.Asked, $"the list has more than {MaximumSize} bytes");
        try
        {
            // "tags" is null at some registries when there are none.
            ImmutableArray<string> tags = OciJson.Read(body, "list of tags", root => root.Items("tags").Select(tag => tag.GetString()!).ToImmutableArray());
            return tags.All(Reference.IsTag)
                ? new TagsPage(tags, RegistryException.NextPage(call.Asked, answer))
                : throw RegistryException.Unsound(call.Asked, "the list holds a tag that breaks the grammar of tags");
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
