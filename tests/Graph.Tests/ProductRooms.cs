using System.Reflection;

namespace Slipway.Graph.Tests;

/// <summary>All that the program is compiled from: a new room is looked at from its first day.</summary>
internal static class ProductRooms
{
    public static IReadOnlyCollection<Assembly> All { get; } = Find();

    private static HashSet<Assembly> Find()
    {
        HashSet<Assembly> rooms = [];
        Add(typeof(Build).Assembly);
        return rooms;

        void Add(Assembly room)
        {
            if (!rooms.Add(room))
                return;
            foreach (AssemblyName seen in room.GetReferencedAssemblies().Where(IsRoom))
                Add(Assembly.Load(seen));
        }
    }

    private static bool IsRoom(AssemblyName name) =>
        name.Name!.StartsWith("Slipway.", StringComparison.Ordinal) || name.Name == "Nuke.Common";
}
