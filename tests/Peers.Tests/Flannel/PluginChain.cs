using System.Text.Json.Nodes;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// A network configuration list carried out as a container runtime does it (CNI specification 1.0.0, section 2 and 4): one plugin after
/// the other on ADD, backwards on DEL, the configuration on standard input, each one's result handed to the next.
/// </summary>
/// <param name="namespaces">The node to run in and the pod to connect.</param>
/// <param name="plugins">The folder of the plugins: CNI_PATH.</param>
/// <param name="folder">For what goes to standard input.</param>
/// <param name="configuration">A list: cniVersion, name, plugins.</param>
public sealed class PluginChain(NetworkNamespaces namespaces, string plugins, string folder, JsonObject configuration)
{
    /// <summary>The pod's interface; each is taken for a container of its own.</summary>
    public string Interface { get; init; } = "eth0";

    /// <summary>What the runtime adds to plugins that have a capability (specification, "runtimeConfig").</summary>
    public JsonObject RuntimeConfig { get; init; } = [];

    /// <returns>The result of the last plugin.</returns>
    public async Task<JsonObject> AddAsync()
    {
        JsonObject? result = null;
        foreach (JsonObject plugin in configuration["plugins"]!.AsArray().Select(plugin => plugin!.AsObject()))
            result = JsonNode.Parse(await RunAsync("ADD", plugin, result))!.AsObject();
        return result!;
    }

    /// <param name="added">What <see cref="AddAsync"/> returned.</param>
    public async Task DeleteAsync(JsonObject added)
    {
        foreach (JsonObject plugin in configuration["plugins"]!.AsArray().Select(plugin => plugin!.AsObject()).Reverse())
            Assert.Empty(await RunAsync("DEL", plugin, added));
    }

    private async Task<string> RunAsync(string command, JsonObject plugin, JsonObject? previous)
    {
        JsonObject input = plugin.DeepClone().AsObject();
        input["cniVersion"] = configuration["cniVersion"]!.DeepClone();
        input["name"] = configuration["name"]!.DeepClone();
        if (input.Remove("capabilities", out JsonNode? capabilities))
        {
            input["runtimeConfig"] = new JsonObject(
                capabilities!
                    .AsObject()
                    .Where(capability => (bool)capability.Value! && RuntimeConfig.ContainsKey(capability.Key))
                    .Select(capability => KeyValuePair.Create(capability.Key, RuntimeConfig[capability.Key]?.DeepClone()))
            );
        }

        if (previous is not null)
            input["prevResult"] = previous.DeepClone();
        string file = Path.Combine(folder, "input.json");
        await File.WriteAllTextAsync(file, input.ToJsonString());
        string program = Path.Combine(plugins, (string)plugin["type"]!);
        ChildProcess run = namespaces.In(namespaces.Node, "sh", "-c", "exec \"$1\" <\"$2\"", "sh", program, file) with
        {
            Variables = new Dictionary<string, string?>
            {
                ["CNI_COMMAND"] = command,
                ["CNI_CONTAINERID"] = $"slipway-test-{Interface}",
                ["CNI_NETNS"] = namespaces.PodFile,
                ["CNI_IFNAME"] = Interface,
                ["CNI_PATH"] = plugins,
            },
        };
        return (await run.RunAsync()).Require().Output;
    }
}
