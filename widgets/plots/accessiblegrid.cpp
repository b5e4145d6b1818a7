// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/accessiblegrid.h"

#include <QWidget>

namespace secateur::widgets {

namespace {

/// A cell or an item. Its parent outlives it: it deletes its parts.
class AccessiblePart : public QAccessibleInterface, public QAccessibleTableCellInterface
{
public:
    AccessiblePart(const AccessibleParts &whole, AccessibleParts::Place place, QAccessible::Role role)
        : m_whole(whole), m_place(std::move(place)), m_role(role)
    {
    }
    [[nodiscard]] const AccessibleParts::Place &place() const { return m_place; }

    bool isValid() const override { return m_whole.isValid(); }
    QObject *object() const override { return nullptr; }
    QWindow *window() const override { return m_whole.window(); }
    QAccessibleInterface *parent() const override { return const_cast<AccessibleParts *>(&m_whole); }
    QAccessibleInterface *child(int) const override { return nullptr; }
    QAccessibleInterface *childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface *) const override { return -1; }
    QString text(QAccessible::Text kind) const override
    {
        return kind == QAccessible::Name ? m_whole.partName(m_place)
            : kind == QAccessible::Value ? m_whole.partValue(m_place)
                                         : QString();
    }
    void setText(QAccessible::Text, const QString &) override { }
    QRect rect() const override { return m_whole.rect(); }
    QAccessible::Role role() const override { return m_role; }
    QAccessible::State state() const override
    {
        QAccessible::State state;
        state.readOnly = true;
        state.selectable = true;
        state.selected = m_whole.isCurrentPart(m_place);
        return state;
    }
    void *interface_cast(QAccessible::InterfaceType type) override
    {
        const bool asCell = type == QAccessible::TableCellInterface && m_role == QAccessible::Cell;
        return asCell ? static_cast<QAccessibleTableCellInterface *>(this) : nullptr;
    }

    bool isSelected() const override { return m_whole.isCurrentPart(m_place); }
    QList<QAccessibleInterface *> columnHeaderCells() const override { return {}; }
    QList<QAccessibleInterface *> rowHeaderCells() const override { return {}; }
    int columnIndex() const override { return m_place.second; }
    int rowIndex() const override { return m_place.first; }
    int columnExtent() const override { return 1; }
    int rowExtent() const override { return 1; }
    QAccessibleInterface *table() const override { return parent(); }

private:
    const AccessibleParts &m_whole;
    AccessibleParts::Place m_place;
    QAccessible::Role m_role;
};

} // namespace

AccessibleParts::~AccessibleParts()
{
    for (const auto &[place, id] : m_parts)
        QAccessible::deleteAccessibleInterface(id);
}

QAccessibleInterface *AccessibleParts::childAt(int, int) const
{
    return nullptr; // a part does not know its place on the screen
}

QAccessibleInterface *AccessibleParts::part(const Place &place, QAccessible::Role role) const
{
    const auto known = m_parts.find(place);
    if (known != m_parts.end())
        return QAccessible::accessibleInterface(known->second);
    auto *const made = new AccessiblePart(*this, place, role);
    m_parts.emplace(place, QAccessible::registerAccessibleInterface(made));
    return made;
}

std::optional<AccessibleParts::Place> AccessibleParts::placeOf(const QAccessibleInterface *part)
{
    const auto *const own = dynamic_cast<const AccessiblePart *>(part);
    return own == nullptr ? std::nullopt : std::optional(own->place());
}

void *AccessibleGrid::interface_cast(QAccessible::InterfaceType type)
{
    if (type == QAccessible::TableInterface)
        return static_cast<QAccessibleTableInterface *>(this);
    return QAccessibleWidget::interface_cast(type);
}

bool AccessibleGrid::listsAll() const
{
    return qint64(rowCount()) * columnCount() <= mostChildren;
}

int AccessibleGrid::childCount() const
{
    return listsAll() ? rowCount() * columnCount() : selectedCellCount();
}

QAccessibleInterface *AccessibleGrid::child(int index) const
{
    if (index < 0 || index >= childCount())
        return nullptr;
    if (listsAll())
        return cellAt(index / columnCount(), index % columnCount());
    const auto place = currentPlace();
    return place ? cellAt(place->first, place->second) : nullptr;
}

int AccessibleGrid::indexOfChild(const QAccessibleInterface *child) const
{
    const auto place = placeOf(child);
    if (!place)
        return -1;
    return listsAll() ? place->first * columnCount() + place->second : place == currentPlace() ? 0 : -1;
}

QAccessibleInterface *AccessibleGrid::cellAt(int row, int column) const
{
    if (row < 0 || column < 0 || row >= rowCount() || column >= columnCount())
        return nullptr;
    return part({row, column}, QAccessible::Cell);
}

QList<QAccessibleInterface *> AccessibleGrid::selectedCells() const
{
    const auto place = currentPlace();
    return place ? QList<QAccessibleInterface *>{cellAt(place->first, place->second)} : QList<QAccessibleInterface *>();
}

QAccessibleInterface *AccessibleList::child(int index) const
{
    return index < 0 || index >= childCount() ? nullptr : part({index, 0}, QAccessible::ListItem);
}

int AccessibleList::indexOfChild(const QAccessibleInterface *child) const
{
    const auto place = placeOf(child);
    return place ? place->first : -1;
}

} // namespace secateur::widgets
