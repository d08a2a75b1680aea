using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Runtime;

namespace EmbeddedOrleans;

/// <summary>A grain class: its name, how it is constructed, and what its attributes and the options say of it.</summary>
internal sealed class GrainClass
{
    private readonly ObjectFactory _construct;
    private readonly Func<Activation, object>[] _states;

    public GrainClass(Type type, GrainCollectionOptions options)
    {
        Type = type;
        GrainType = NameOf(type);
        Reentrant = type.IsDefined(typeof(ReentrantAttribute));
        Age = type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit
            ?? (options.ClassSpecificCollectionAge.TryGetValue(type.FullName!, out var age) ? age : options.CollectionAge);

        var states = ConstructorOf(type).GetParameters().Where(p => p.IsDefined(typeof(PersistentStateAttribute))).ToArray();
        _construct = ActivatorUtilities.CreateFactory(type, [.. states.Select(p => p.ParameterType)]);
        _states = [.. states.Select(StateFactory)];
    }

    public Type Type { get; }
    public GrainType GrainType { get; }
    public bool Reentrant { get; }

    /// <summary>How long an activation may be idle.</summary>
    public TimeSpan Age { get; }

    /// <summary>Orleans's convention: the class name in lower case, without "grain" at its end.</summary>
    public static GrainType NameOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } given)
        {
            return GrainType.Create(given.GrainType);
        }

        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(name.Length > 5 && name.EndsWith("grain", StringComparison.Ordinal) ? name[..^5] : name);
    }

    public object Construct(Activation activation) =>
        _construct(activation.ActivationServices, Array.ConvertAll(_states, state => state(activation)));

    private static ConstructorInfo ConstructorOf(Type type)
    {
        var constructors = type.GetConstructors();
        return constructors.FirstOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? constructors.MaxBy(c => c.GetParameters().Length)
            ?? throw new OrleansConfigurationException($"Grain class {type} has no public constructor.");
    }

    private static Func<Activation, object> StateFactory(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new OrleansConfigurationException($"{parameter.Member.DeclaringType}: [PersistentState] {parameter.Name} must be an IPersistentState<T>.");
        }

        var attribute = parameter.GetCustomAttribute<PersistentStateAttribute>()!;
        var create = typeof(PersistentState<>).MakeGenericType(type.GetGenericArguments()).GetMethod(nameof(PersistentState<>.Create))!
            .CreateDelegate<Func<Activation, PersistentStateAttribute, object>>();
        return activation => create(activation, attribute);
    }
}
