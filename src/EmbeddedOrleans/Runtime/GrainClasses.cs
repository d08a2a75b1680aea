using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace EmbeddedOrleans;

/// <summary>Every grain class of the program: those in the assemblies that refer to this one, starting from what is loaded.</summary>
internal sealed class GrainClasses(IOptions<GrainCollectionOptions> options)
{
    private readonly ConcurrentDictionary<GrainType, GrainClass> _byName = new();
    private readonly Lazy<Type[]> _types = new(FindAll);

    /// <param name="type">A grain interface.</param>
    /// <param name="prefix">How the class's full name begins, to choose among several.</param>
    /// <exception cref="ArgumentException">No class implements it, or several do.</exception>
    public GrainClass Implementing(Type type, string? prefix)
    {
        var found = _types.Value
            .Where(c => type.IsAssignableFrom(c) && (prefix is null || c.FullName!.StartsWith(prefix, StringComparison.Ordinal)))
            .ToArray();
        return found.Length switch
        {
            1 => Add(found[0]),
            0 => throw new ArgumentException($"No grain class implements {type}. Is its assembly referenced by the program?", nameof(type)),
            _ => throw new ArgumentException($"{type} is implemented by {string.Join(", ", found.Select(c => c.FullName))}: it must be one.", nameof(type)),
        };
    }

    /// <exception cref="ArgumentException">There is no grain class of that name.</exception>
    public GrainClass Get(GrainType name) => _byName.TryGetValue(name, out var known)
        ? known
        : Add(_types.Value.FirstOrDefault(type => GrainClass.NameOf(type) == name) ?? throw new ArgumentException($"There is no grain class for \"{name}\".", nameof(name)));

    private GrainClass Add(Type type)
    {
        var known = _byName.GetOrAdd(GrainClass.NameOf(type), (_, type) => new GrainClass(type, options.Value), type);
        return known.Type == type
            ? known
            : throw new ArgumentException($"{type} and {known.Type} would both be grain type \"{known.GrainType}\": give one a [GrainType].", nameof(type));
    }

    private static Type[] FindAll()
    {
        var self = typeof(GrainClasses).Assembly.GetName().Name;
        var seen = new Dictionary<string, Assembly>(StringComparer.Ordinal);
        var open = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies());
        while (open.TryDequeue(out var assembly))
        {
            if (assembly.IsDynamic || !seen.TryAdd(assembly.FullName!, assembly))
            {
                continue;
            }

            foreach (var name in assembly.GetReferencedAssemblies())
            {
                if (!seen.ContainsKey(name.FullName) && !IsFramework(name.Name!))
                {
                    open.Enqueue(Assembly.Load(name));
                }
            }
        }

        return [.. seen.Values
            .Where(assembly => assembly.GetReferencedAssemblies().Any(name => string.Equals(name.Name, self, StringComparison.Ordinal)))
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false } && type.IsAssignableTo(typeof(IGrainBase)))];
    }

    private static bool IsFramework(string name) =>
        name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal)
        || name is "System" or "mscorlib" or "netstandard";
}
